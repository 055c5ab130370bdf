// What the BERT tokenizer makes of a character: Hugging Face's tables, character by character.
//
// Sources: google-research/bert, tokenization.py (BasicTokenizer), and the normalizer and
// pre-tokenizer named Bert of huggingface/tokenizers. utf8proc knows the characters;
// bert_exceptions.inc is where that library's tables, of an older Unicode, say otherwise.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace reprise {

enum class BertClass : uint8_t {
  word,         // part of a word
  space,        // separates words
  punctuation,  // a word of its own
  ideograph,    // Chinese: a word of its own where the rules say so
  removed       // controls and formats, U+0000 and U+FFFD
};

struct BertCharacter {
  BertClass kind = BertClass::word;
  bool mark = false;        // an accent, left out where accents are
  bool reordered = false;   // its combining class isn't 0
  bool decomposes = false;  // into base and accents
  bool has_lower = false;
};

// `c` is a Unicode scalar value. Safe to call from several threads.
BertCharacter bert_character(char32_t c);

// Of a character that is reordered: its combining class, 1 to 254.
uint8_t combining_class(char32_t c);

// Appends the canonical decomposition, in characters that don't decompose further.
void append_decomposition(char32_t c, std::u32string& characters);

// The small form, which for U+0130 are two characters; appended.
void append_lower(char32_t c, std::u32string& characters);

// The character at `at` of valid UTF-8, which is moved behind it.
char32_t next_character(std::string_view text, size_t& at);
void append_utf8(char32_t c, std::string& text);

}  // namespace reprise
