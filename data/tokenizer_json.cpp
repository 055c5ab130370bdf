#include "data/tokenizer_json.h"

#include <algorithm>

#include "core/files.h"

namespace reprise {

namespace {

// RFC 4648.
std::string base64(std::string_view bytes) {
  constexpr std::string_view kDigits =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string text;
  for (size_t i = 0; i < bytes.size(); i += 3) {
    const size_t count = std::min<size_t>(3, bytes.size() - i);
    uint32_t group = 0;
    for (size_t b = 0; b < 3; ++b) {
      group = group << 8 | (b < count ? static_cast<uint8_t>(bytes[i + b]) : 0);
    }
    for (size_t d = 0; d < 4; ++d) {
      text += d <= count ? kDigits[group >> (18 - 6 * d) & 63] : '=';
    }
  }
  return text;
}

Json replace(const char* regex, const char* content) {
  return {{"type", "Replace"}, {"pattern", {{"Regex", regex}}}, {"content", content}};
}

// What SentencePiece's normalizer does, in its order: rules, then white space. The tokenizers
// library applies the rules to a letter with its combining marks as one, and then drops the marks;
// where the rules compose anyway, composing first leaves it few of those (only marks on letters
// that have no composed form, which no corpus of ours has).
Json normalizer(const SentencePieceModel& model) {
  Json steps = Json::array();
  if (!model.charsmap.empty()) {
    if (model.rules.find("nfkc") != std::string::npos) steps.push_back({{"type", "NFC"}});
    steps.push_back({{"type", "Precompiled"}, {"precompiled_charsmap", base64(model.charsmap)}});
  }
  if (model.remove_extra_whitespaces) {
    steps.push_back(replace("^ +| +$", ""));
    steps.push_back(replace(" {2,}", " "));
  }
  if (model.add_dummy_prefix) {
    // Not left to the pre-tokenizer, which adds none where the text itself begins with the marker.
    steps.push_back({{"type", "Prepend"}, {"prepend", kSpaceMarker}});
  }
  return {{"type", "Sequence"}, {"normalizers", std::move(steps)}};
}

Json metaspace(const char* prepend_scheme) {
  return {{"type", "Metaspace"},
          {"replacement", kSpaceMarker},
          {"prepend_scheme", prepend_scheme},
          {"split", true}};
}

// SentencePiece always takes a piece that the user defined: it scores it just below the sum of its
// bytes at the best score (EncodeOptimized in unigram_model.cc).
double score_of(const Piece& piece, double best) {
  if (piece.type != PieceType::user_defined) return static_cast<double>(piece.score);
  return static_cast<double>(piece.text.size()) * best - 0.1;
}

Json unigram(const Vocabulary& vocabulary) {
  double best = -1e30;
  for (const Piece& piece : vocabulary.model().pieces) {
    if (piece.type == PieceType::normal) best = std::max(best, static_cast<double>(piece.score));
  }
  Json pieces = Json::array();
  for (const Piece& piece : vocabulary.model().pieces) {
    pieces.push_back(Json::array({piece.text, score_of(piece, best)}));
  }
  return {{"type", "Unigram"},
          {"unk_id", vocabulary.special().unknown},
          {"vocab", std::move(pieces)},
          {"byte_fallback", false}};
}

Json added_tokens(const Vocabulary& vocabulary) {
  const SpecialPieces& special = vocabulary.special();
  std::vector<int32_t> ids = {special.pad, special.unknown, special.cls, special.sep, special.mask};
  std::ranges::sort(ids);
  Json tokens = Json::array();
  for (const int32_t id : ids) {
    tokens.push_back({{"id", id},
                      {"content", vocabulary.model().pieces[static_cast<size_t>(id)].text},
                      {"single_word", false},
                      {"lstrip", id == special.mask},  // a space before [MASK] belongs to it
                      {"rstrip", false},
                      {"normalized", false},
                      {"special", true}});
  }
  return tokens;
}

Json special_item(const char* token, int type) {
  return {{"SpecialToken", {{"id", token}, {"type_id", type}}}};
}
Json sequence_item(const char* sequence, int type) {
  return {{"Sequence", {{"id", sequence}, {"type_id", type}}}};
}
Json template_token(const char* token, int32_t id) {
  return {{"id", token}, {"ids", Json::array({id})}, {"tokens", Json::array({token})}};
}

// [CLS] A [SEP] and [CLS] A [SEP] B [SEP].
Json post_processor(const SpecialPieces& special) {
  const Json single = {special_item("[CLS]", 0), sequence_item("A", 0), special_item("[SEP]", 0)};
  Json pair = single;
  pair.push_back(sequence_item("B", 1));
  pair.push_back(special_item("[SEP]", 1));
  return {{"type", "TemplateProcessing"},
          {"single", single},
          {"pair", pair},
          {"special_tokens",
           {{"[CLS]", template_token("[CLS]", special.cls)},
            {"[SEP]", template_token("[SEP]", special.sep)}}}};
}

Json special_tokens_map() {
  return {{"cls_token", "[CLS]"},
          {"sep_token", "[SEP]"},
          {"mask_token", "[MASK]"},
          {"pad_token", "<pad>"},
          {"unk_token", "<unk>"}};
}

}  // namespace

Json tokenizer_json(const Vocabulary& vocabulary) {
  const SentencePieceModel& model = vocabulary.model();
  return {{"version", "1.0"},
          {"truncation", nullptr},
          {"padding", nullptr},
          {"added_tokens", added_tokens(vocabulary)},
          {"normalizer", normalizer(model)},
          {"pre_tokenizer", metaspace("never")},
          {"post_processor", post_processor(vocabulary.special())},
          {"decoder", metaspace(model.add_dummy_prefix ? "always" : "never")},
          {"model", unigram(vocabulary)}};
}

void write_tokenizer_files(const Vocabulary& vocabulary, int64_t max_length,
                           const std::string& folder) {
  Json config = special_tokens_map();
  config["tokenizer_class"] = "PreTrainedTokenizerFast";
  config["model_max_length"] = max_length;
  config["clean_up_tokenization_spaces"] = false;
  config["model_input_names"] = {"input_ids", "token_type_ids", "attention_mask"};
  write_file(folder + "/tokenizer.json", dump_json(tokenizer_json(vocabulary)) + "\n");
  write_file(folder + "/tokenizer_config.json", dump_json(config) + "\n");
  write_file(folder + "/special_tokens_map.json", dump_json(special_tokens_map()) + "\n");
  write_file(folder + "/spiece.model", vocabulary.model_bytes());
}

}  // namespace reprise
