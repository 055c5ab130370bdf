#!/usr/bin/env python3
"""Prints, for bert_words_test.cpp, a checksum of the words that Hugging Face's BERT tokenizer makes of every
Unicode character: alone, between letters, and before and behind accents.

usage: make_bert_checksums.py        needs the Python package tokenizers (0.23.3 made the figures)
"""
import zlib
from tokenizers import normalizers, pre_tokenizers

words = pre_tokenizers.BertPreTokenizer().pre_tokenize_str
FORMS = ["{}", "a{}B", "E\u0301{}\u0327", "{}\u0334\u0301"]


def checksum(cased):
    normalize = normalizers.BertNormalizer(clean_text=True, handle_chinese_chars=True, strip_accents=None,
                                           lowercase=not cased).normalize_str
    crc = 0
    for code in range(0x110000):
        if 0xD800 <= code < 0xE000:
            continue
        for form in FORMS:
            text = normalize(form.format(chr(code)))
            crc = zlib.crc32(("|".join(word for word, _ in words(text)) + "\n").encode(), crc)
    return crc


print(f"uncased 0x{checksum(False):08X}, cased 0x{checksum(True):08X}")
