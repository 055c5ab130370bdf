#!/usr/bin/env python3
"""Compares `reprise tokenize` with Hugging Face's fast BERT tokenizer, cased and uncased: every Unicode
character alone and between letters, and a million strings made to be awkward; then the speed of both.

usage: wordpiece.py REPRISE VOCAB [--strings N] [--seed S] [--text FILE]

VOCAB is a BERT vocab.txt. With --text, FILE is what the speed is measured on, three times in turn. Needs the
Python package tokenizers. Exits with 1 at a difference, after printing the first ten.
"""
import argparse
import json
import random
import subprocess
import sys
import tempfile
import time

from tokenizers import BertWordPieceTokenizer

ACCENTS = [chr(c) for c in list(range(0x300, 0x370)) + [0x591, 0x5B0, 0x64B, 0x651, 0x93C, 0x94D, 0xE38, 0x302A, 0x3099,
                                                          0x1D165, 0x1D16D, 0x1AB0, 0x1DC0, 0x20D0, 0xFE20, 0x898, 0x1ABF]]
SIGNS = "!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~«»“”‘’—–…¿¡。、・"
SPECIAL = ["[MASK]", "[CLS]", "[SEP]", "[PAD]", "[UNK]", "[mask]", "[MASK", "MASK]", "[[SEP]]", "[unused5]"]


def edited(rng, word):
    """A word with a letter lost, doubled, changed, capitalized or accented."""
    if not word:
        return word
    at = rng.randrange(len(word))
    edit = rng.randrange(6)
    if edit == 0:
        return word[:at] + word[at + 1:]
    if edit == 1:
        return word[:at] + word[at] + word[at:]
    if edit == 2:
        return word[:at] + chr(rng.randrange(0x20, 0x250)) + word[at + 1:]
    if edit == 3:
        return word.upper()
    if edit == 4:
        return word[:at + 1] + "".join(rng.choices(ACCENTS, k=rng.randint(1, 4))) + word[at + 1:]
    return word[:at] + chr(rng.choice([0x200B, 0xAD, 0xA0, 0x3000, 0, 0xFFFD, 0x4E2D, 0x130])) + word[at:]


def scalar(rng, last=0x10FFFF):
    code = rng.randrange(1, last + 1)
    return chr(code) if not 0xD800 <= code < 0xE000 else "x"


def awkward(rng, words):
    kind = rng.randrange(8)
    pick = lambda: rng.choice(words)
    if kind <= 1:
        return " ".join(edited(rng, pick()) for _ in range(rng.randint(1, 6)))
    if kind == 2:  # combining sequences, in any order
        return "".join(rng.choice("aeoAEOnÅçǖ한かगא") + "".join(rng.choices(ACCENTS, k=rng.randint(0, 5))) for _ in range(8))
    if kind == 3:  # Hangul: syllables, and letters that compose
        return "".join(chr(rng.choice([rng.randrange(0xAC00, 0xD7A4), rng.randrange(0x1100, 0x1200),
                                       rng.randrange(0x3130, 0x3190), 0x20])) for _ in range(rng.randint(1, 12)))
    if kind == 4:
        return "".join(rng.choice([pick(), "".join(rng.choices(SIGNS, k=rng.randint(1, 5)))]) for _ in range(6))
    if kind == 5:  # around the longest word
        length = rng.choice([99, 100, 101])
        text = ""
        while len(text) < length:
            text += rng.choice([pick(), "é", "a", "漢", "e\u0301"])
        return text[:length]
    if kind == 6:
        return "".join(rng.choice([pick(), rng.choice(SPECIAL), " ", edited(rng, pick())]) for _ in range(6))
    return "".join(scalar(rng, rng.choice([0xFF, 0x3000, 0x10FFFF])) for _ in range(rng.randint(1, 20)))


def texts(words, count, seed):
    for code in range(0x110000):
        if not 0xD800 <= code < 0xE000:
            yield chr(code)
            yield "a" + chr(code) + "b"
    rng = random.Random(seed)
    for _ in range(count):
        yield awkward(rng, words)


def ours(reprise, vocab, cased, lines):
    with tempfile.NamedTemporaryFile("w", suffix=".jsonl") as file:
        file.writelines(json.dumps({"text": line}) + "\n" for line in lines)
        file.flush()
        command = [reprise, "tokenize", "--vocab", vocab, "--jsonl", "--input", file.name] + ["--cased"] * cased
        out = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    return [json.loads(line)["ids"] for line in out.splitlines()]


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("reprise")
    parser.add_argument("vocab")
    parser.add_argument("--strings", type=int, default=1_000_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--text")
    options = parser.parse_args()
    words = [line.strip().replace("##", "") for line in open(options.vocab, encoding="utf-8")]
    lines = list(texts([word for word in words if word], options.strings, options.seed))
    differences = 0
    for cased in (False, True):
        # Accents are stripped where capitals are.
        theirs = BertWordPieceTokenizer(options.vocab, lowercase=not cased, strip_accents=None)
        mine = ours(options.reprise, options.vocab, cased, lines)
        assert len(mine) == len(lines)
        step = 50_000
        for begin in range(0, len(lines), step):
            part = lines[begin:begin + step]
            for line, ids, encoding in zip(part, mine[begin:begin + step], theirs.encode_batch(part, add_special_tokens=False)):
                if ids != encoding.ids:
                    differences += 1
                    if differences <= 10:
                        print("cased" if cased else "uncased", ascii(line), ids, encoding.ids, file=sys.stderr)
    print(f"{2 * len(lines)} strings, {differences} differences")
    if options.text:
        data = open(options.text, encoding="utf-8").read()
        size = len(data.encode()) / 1e6
        theirs = BertWordPieceTokenizer(options.vocab)
        for _ in range(3):
            begin = time.perf_counter()
            theirs.encode_batch(data.splitlines(), add_special_tokens=False)
            middle = time.perf_counter()
            subprocess.run([options.reprise, "tokenize", "--vocab", options.vocab, "--input", options.text],
                           check=True, stdout=subprocess.DEVNULL)
            end = time.perf_counter()
            print(f"Hugging Face {size / (middle - begin):.1f} MB/s, reprise {size / (end - middle):.1f} MB/s, "
                  f"ratio {(middle - begin) / (end - middle):.1f}")
    sys.exit(1 if differences else 0)


main()
