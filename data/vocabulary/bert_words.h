// BertWords: text into the words that WordPiece cuts, as BERT's tokenizer does: controls removed,
// small letters and no accents where asked for, and every sign and Chinese character a word of its
// own.
//
// Sources: bert_characters.h.
#pragma once

#include <algorithm>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "data/vocabulary/bert_characters.h"

namespace reprise {

// Names and defaults of Hugging Face's tokenizer_config.json, where lower_case is do_lower_case.
struct BertTextRules {
  bool lower_case = true;
  std::optional<bool> strip_accents = std::nullopt;  // without it: where lower_case is
  bool tokenize_chinese_chars = true;

  bool strips() const { return strip_accents.value_or(lower_case); }
};

class BertWords {
 public:
  explicit BertWords(const BertTextRules& rules) : rules_(rules) {}

  // visit(std::string_view word, size_t characters) for each word of `text`, which is valid UTF-8.
  // The word is valid during the call.
  template <class Visit>
  void each(std::string_view text, Visit&& visit);

 private:
  template <class Visit>
  void end_word(Visit& visit);
  template <class Visit>
  void add(char32_t c, Visit& visit);  // one that isn't of ASCII
  template <class Visit>
  void end_marks(Visit& visit);
  template <class Visit>
  void add_final(char32_t c, Visit& visit);  // decomposed and in order

  BertTextRules rules_;
  std::string word_;
  size_t characters_ = 0;
  std::u32string marks_, parts_, lower_;  // marks_: in canonical order once ended
};

template <class Visit>
void BertWords::end_word(Visit& visit) {
  if (characters_ > 0) visit(std::string_view(word_), characters_);
  word_.clear();
  characters_ = 0;
}

template <class Visit>
void BertWords::each(std::string_view text, Visit&& visit) {
  for (size_t at = 0; at < text.size();) {
    const auto byte = static_cast<unsigned char>(text[at]);
    if (byte >= 128) {
      add(next_character(text, at), visit);
      continue;
    }
    ++at;
    const BertClass kind = bert_character(byte).kind;
    if (kind == BertClass::removed) continue;
    if (!marks_.empty()) end_marks(visit);
    if (kind == BertClass::word) {
      const bool capital = byte >= 'A' && byte <= 'Z';
      word_ += static_cast<char>(capital && rules_.lower_case ? byte | 32 : byte);
      ++characters_;
      continue;
    }
    end_word(visit);
    if (kind == BertClass::punctuation) visit(text.substr(at - 1, 1), size_t{1});
  }
  end_marks(visit);
  end_word(visit);
}

template <class Visit>
void BertWords::add(char32_t c, Visit& visit) {
  const BertCharacter facts = bert_character(c);
  if (facts.kind == BertClass::removed) return;
  const bool alone = facts.kind == BertClass::space ||
                     (facts.kind == BertClass::ideograph && rules_.tokenize_chinese_chars);
  if (alone) {
    end_marks(visit);
    end_word(visit);
  }
  if (facts.kind == BertClass::space) return;
  if (!rules_.strips()) {
    add_final(c, visit);
  } else {
    parts_.clear();
    if (facts.decomposes) {
      append_decomposition(c, parts_);
    } else {
      parts_ += c;
    }
    for (const char32_t part : parts_) {
      if (bert_character(part).reordered) {
        marks_ += part;
      } else {
        end_marks(visit);
        add_final(part, visit);
      }
    }
  }
  if (alone) {
    end_marks(visit);
    end_word(visit);
  }
}

template <class Visit>
void BertWords::end_marks(Visit& visit) {
  std::ranges::stable_sort(marks_, {}, combining_class);  // Unicode's canonical ordering
  for (const char32_t mark : marks_) add_final(mark, visit);
  marks_.clear();
}

template <class Visit>
void BertWords::add_final(char32_t c, Visit& visit) {
  const BertCharacter facts = bert_character(c);
  if (facts.mark && rules_.strips()) return;
  lower_.clear();
  if (facts.has_lower && rules_.lower_case) {
    append_lower(c, lower_);
  } else {
    lower_ += c;
  }
  for (const char32_t small : lower_) {
    const bool sign = bert_character(small).kind == BertClass::punctuation;
    if (sign) end_word(visit);
    append_utf8(small, word_);
    ++characters_;
    if (sign) end_word(visit);
  }
}

}  // namespace reprise
