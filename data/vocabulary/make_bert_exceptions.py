#!/usr/bin/env python3
"""Writes bert_exceptions.inc: where Hugging Face's fast BERT tokenizer sees a character otherwise than utf8proc.

usage: make_bert_exceptions.py >bert_exceptions.inc

The tokenizer's tables are of an older Unicode than utf8proc's, those of its lower case of a newer one. Asks
both about every character. Needs the Python package tokenizers (0.23.3 made the file) and libutf8proc 2.8.0
(Unicode 15), Debian 12's.
"""
import ctypes
import ctypes.util
from tokenizers import normalizers, pre_tokenizers

UTF8PROC_DECOMPOSE = 1 << 4
library = ctypes.CDLL(ctypes.util.find_library("utf8proc"))
library.utf8proc_category_string.restype = ctypes.c_char_p


def bert(**on):
    off = dict(clean_text=False, handle_chinese_chars=False, strip_accents=False, lowercase=False)
    return normalizers.BertNormalizer(**(off | on)).normalize_str


clean, strip, lower = bert(clean_text=True), bert(strip_accents=True), bert(lowercase=True)
decompose = normalizers.NFD().normalize_str
words = pre_tokenizers.BertPreTokenizer().pre_tokenize_str


def utf8proc(code):
    """Category, combining class (of its canonical order), decomposition, lower case."""
    buffer, last = (ctypes.c_int32 * 32)(), ctypes.c_int(0)
    count = library.utf8proc_decompose_char(code, buffer, 32, UTF8PROC_DECOMPOSE, ctypes.byref(last))
    category = library.utf8proc_category_string(code).decode()
    return category, "".join(map(chr, buffer[:count])), chr(library.utf8proc_tolower(code))


def is_reordered(character):
    """Whether canonical order moves it: its combining class isn't 0. U+0334 has 1, U+0345 has 240."""
    return (decompose("a" + character + "\u0334") == "a\u0334" + character
            or decompose("a\u0345" + character) == "a" + character + "\u0345")


# utf8proc_property_t: category and combining class are its first two 16-bit fields.
library.utf8proc_get_property.restype = ctypes.POINTER(ctypes.c_uint16)

tables = {name: [] for name in ("Kept", "Word", "Punctuation", "NotMark", "Mark", "Unordered", "Undecomposed")}
lower_pairs = []
for code in range(0x110000):
    if 0xD800 <= code < 0xE000:
        continue
    character = chr(code)
    category, decomposed, small = utf8proc(code)
    if category in ("Cf", "Co") and clean(character) != "":
        tables["Kept"].append(code)
    if code >= 128:
        split = len(words("a" + character + "b")) == 3
        if category[0] == "P" and not split:
            tables["Word"].append(code)
        if category[0] != "P" and split:
            tables["Punctuation"].append(code)
    is_mark = strip(character) == ""
    if category == "Mn" and not is_mark:
        tables["NotMark"].append(code)
    if category != "Mn" and is_mark:
        tables["Mark"].append(code)
    if library.utf8proc_get_property(code)[1] != 0 and decompose(character) == character and not is_reordered(character):
        tables["Unordered"].append(code)
    if decompose(character) != decomposed:
        assert decompose(character) == character, hex(code)
        tables["Undecomposed"].append(code)
    if lower(character) != small:
        if len(lower(character)) == 1:
            lower_pairs.append((code, ord(lower(character))))
        else:
            assert code == 0x130  # the code says it

print("// Made by make_bert_exceptions.py.")
for name, codes in tables.items():
    ranges = []
    for code in codes:
        if name == "Unordered" and code in (0x334, 0x345):
            continue  # what others are compared with
        if ranges and ranges[-1][1] == code - 1:
            ranges[-1][1] = code
        else:
            ranges.append([code, code])
    print(f"constexpr CharacterRange k{name}[] = {{")
    for i in range(0, len(ranges), 5):
        print("    " + " ".join(f"{{0x{a:X}, 0x{b:X}}}," for a, b in ranges[i:i + 5]))
    print("};")
print("constexpr LowerCase kLowerCase[] = {")
for i in range(0, len(lower_pairs), 5):
    print("    " + " ".join(f"{{0x{a:X}, 0x{b:X}}}," for a, b in lower_pairs[i:i + 5]))
print("};")
