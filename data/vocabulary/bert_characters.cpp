#include "data/vocabulary/bert_characters.h"

#include <utf8proc.h>

#include <algorithm>
#include <array>
#include <span>
#include <vector>

namespace reprise {

namespace {

struct CharacterRange {
  char32_t first, last;
};
struct LowerCase {
  char32_t from, to;
};
#include "data/vocabulary/bert_exceptions.inc"

// Chinese characters by code point, as both sources list them. The first one begins its last block
// at U+2B820; the tokenizers library, which we follow, at U+2B920.
constexpr CharacterRange kIdeographs[] = {
    {0x3400, 0x4DBF},   {0x4E00, 0x9FFF},   {0xF900, 0xFAFF},   {0x20000, 0x2A6DF},
    {0x2A700, 0x2B73F}, {0x2B740, 0x2B81F}, {0x2B920, 0x2CEAF}, {0x2F800, 0x2FA1F},
};

constexpr char32_t kCharacters = 0x110000;
constexpr char32_t kDottedI = 0x130;

// A character's facts in a byte: the class in three bits, and the flags.
enum : uint8_t { kClass = 7, kMarkBit = 8, kReordered = 16, kDecomposes = 32, kLower = 64 };

// By utf8proc, canonical and complete.
std::u32string decomposition(char32_t c) {
  std::array<utf8proc_int32_t, 32> parts;
  int last = 0;
  const auto count = utf8proc_decompose_char(static_cast<utf8proc_int32_t>(c), parts.data(),
                                             parts.size(), UTF8PROC_DECOMPOSE, &last);
  return {parts.begin(), parts.begin() + count};
}

BertClass class_by_category(char32_t c) {
  if (c == 0 || c == 0xFFFD) return BertClass::removed;
  if (c == '\t' || c == '\n' || c == '\r') return BertClass::space;
  switch (utf8proc_category(static_cast<utf8proc_int32_t>(c))) {
    case UTF8PROC_CATEGORY_CC:
    case UTF8PROC_CATEGORY_CF:
    case UTF8PROC_CATEGORY_CO:
      return BertClass::removed;
    case UTF8PROC_CATEGORY_ZS:
    case UTF8PROC_CATEGORY_ZL:
    case UTF8PROC_CATEGORY_ZP:
      return BertClass::space;
    case UTF8PROC_CATEGORY_PC:
    case UTF8PROC_CATEGORY_PD:
    case UTF8PROC_CATEGORY_PE:
    case UTF8PROC_CATEGORY_PF:
    case UTF8PROC_CATEGORY_PI:
    case UTF8PROC_CATEGORY_PO:
    case UTF8PROC_CATEGORY_PS:
      return BertClass::punctuation;
    default:
      break;
  }
  // Every sign of ASCII counts as punctuation, whatever its category.
  const bool ascii_sign =
      c < 128 && c > ' ' && !(c >= '0' && c <= '9') && !((c | 32) >= 'a' && (c | 32) <= 'z');
  return ascii_sign ? BertClass::punctuation : BertClass::word;
}

uint8_t facts_by_utf8proc(char32_t c) {
  const auto code = static_cast<utf8proc_int32_t>(c);
  const utf8proc_property_t* property = utf8proc_get_property(code);
  uint8_t facts = static_cast<uint8_t>(class_by_category(c));
  if (property->category == UTF8PROC_CATEGORY_MN) facts |= kMarkBit;
  if (property->combining_class != 0) facts |= kReordered;
  if (decomposition(c) != std::u32string(1, c)) facts |= kDecomposes;
  if (utf8proc_tolower(code) != code) facts |= kLower;
  return facts;
}

std::vector<uint8_t> make_facts() {
  std::vector<uint8_t> facts(kCharacters);
  for (char32_t c = 0; c < kCharacters; ++c) facts[c] = facts_by_utf8proc(c);
  const auto change = [&](std::span<const CharacterRange> ranges, auto what) {
    for (const CharacterRange& range : ranges) {
      for (char32_t c = range.first; c <= range.last; ++c) what(facts[c]);
    }
  };
  const auto as = [](BertClass kind) {
    return [kind](uint8_t& f) {
      f = static_cast<uint8_t>((f & ~kClass) | static_cast<uint8_t>(kind));
    };
  };
  const auto without = [](uint8_t bit) {
    return [bit](uint8_t& f) { f &= static_cast<uint8_t>(~bit); };
  };
  const auto with = [](uint8_t bit) { return [bit](uint8_t& f) { f |= bit; }; };
  change(kIdeographs, as(BertClass::ideograph));
  change(kKept, as(BertClass::word));
  change(kWord, as(BertClass::word));
  change(kPunctuation, as(BertClass::punctuation));
  change(kNotMark, without(kMarkBit));
  change(kMark, with(kMarkBit));
  change(kUnordered, without(kReordered));
  change(kUndecomposed, without(kDecomposes));
  for (const LowerCase& pair : kLowerCase) facts[pair.from] |= kLower;
  return facts;
}

}  // namespace

BertCharacter bert_character(char32_t c) {
  static const std::vector<uint8_t> facts = make_facts();
  const uint8_t f = facts[c];
  return {.kind = static_cast<BertClass>(f & kClass),
          .mark = (f & kMarkBit) != 0,
          .reordered = (f & kReordered) != 0,
          .decomposes = (f & kDecomposes) != 0,
          .has_lower = (f & kLower) != 0};
}

uint8_t combining_class(char32_t c) {
  return static_cast<uint8_t>(
      utf8proc_get_property(static_cast<utf8proc_int32_t>(c))->combining_class);
}

void append_decomposition(char32_t c, std::u32string& characters) {
  characters += decomposition(c);
}

void append_lower(char32_t c, std::u32string& characters) {
  if (c == kDottedI) {  // the dot stays, as an accent
    characters += U"i\u0307";
    return;
  }
  const auto* pair = std::ranges::lower_bound(kLowerCase, c, {}, &LowerCase::from);
  const bool listed = pair != std::end(kLowerCase) && pair->from == c;
  characters +=
      listed ? pair->to : static_cast<char32_t>(utf8proc_tolower(static_cast<utf8proc_int32_t>(c)));
}

char32_t next_character(std::string_view text, size_t& at) {
  utf8proc_int32_t c = 0;
  at += static_cast<size_t>(
      utf8proc_iterate(reinterpret_cast<const utf8proc_uint8_t*>(text.data()) + at,
                       static_cast<utf8proc_ssize_t>(text.size() - at), &c));
  return static_cast<char32_t>(c);
}

void append_utf8(char32_t c, std::string& text) {
  std::array<utf8proc_uint8_t, 4> bytes;
  const auto count = utf8proc_encode_char(static_cast<utf8proc_int32_t>(c), bytes.data());
  text.append(reinterpret_cast<const char*>(bytes.data()), static_cast<size_t>(count));
}

}  // namespace reprise
