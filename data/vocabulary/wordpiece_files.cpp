#include "data/vocabulary/tokenizer_files.h"
#include "data/vocabulary/wordpiece_vocabulary.h"

namespace reprise {

namespace {

constexpr SpecialNames kNames = {.pad = "[PAD]", .unknown = "[UNK]"};

Json strip_accents(const BertTextRules& rules) {
  return rules.strip_accents ? Json(*rules.strip_accents) : Json(nullptr);
}

Json normalizer(const BertTextRules& rules) {
  return {{"type", "BertNormalizer"},
          {"clean_text", true},
          {"handle_chinese_chars", rules.tokenize_chinese_chars},
          {"strip_accents", strip_accents(rules)},
          {"lowercase", rules.lower_case}};
}

Json model(const WordPieceVocabulary& vocabulary) {
  Json ids = Json::object();
  for (size_t id = 0; id < vocabulary.pieces().size(); ++id) {
    // As a plain vector: the object's own insertion compares with every key that is there.
    ids.get_ref<Json::object_t&>().emplace_back(std::string(vocabulary.pieces()[id]), id);
  }
  return {{"type", "WordPiece"},
          {"unk_token", "[UNK]"},
          {"continuing_subword_prefix", kContinuing},
          {"max_input_chars_per_word", kLongestWord},
          {"vocab", std::move(ids)}};
}

}  // namespace

void WordPieceVocabulary::write_files(int64_t max_length, const std::string& folder) const {
  const Json tokenizer = {
      {"version", "1.0"},
      {"truncation", nullptr},
      {"padding", nullptr},
      {"added_tokens", added_tokens(special_, kNames, /*mask_takes_space=*/false)},
      {"normalizer", normalizer(rules_)},
      {"pre_tokenizer", {{"type", "BertPreTokenizer"}}},
      {"post_processor", post_processor(special_)},
      {"decoder", {{"type", "WordPiece"}, {"prefix", kContinuing}, {"cleanup", true}}},
      {"model", model(*this)}};
  write_tokenizer_files({.tokenizer = tokenizer,
                         .config = {{"tokenizer_class", "BertTokenizer"},
                                    {"do_lower_case", rules_.lower_case},
                                    {"strip_accents", strip_accents(rules_)},
                                    {"tokenize_chinese_chars", rules_.tokenize_chinese_chars}},
                         .names = kNames,
                         .vocabulary_name = "vocab.txt",
                         .vocabulary = bytes_},
                        max_length, folder);
}

}  // namespace reprise
