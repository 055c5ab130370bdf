#include <algorithm>

#include "data/vocabulary/sentencepiece_vocabulary.h"
#include "data/vocabulary/tokenizer_files.h"

namespace reprise {

namespace {

constexpr SpecialNames kNames = {.pad = "<pad>", .unknown = "<unk>"};

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
// library applies the rules to a letter with its combining marks as one, and then drops the marks.
// Where the rules compose anyway, composing first leaves it only letters that have no composed form
// with their marks: on those the ids may still differ from ours.
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

Json unigram(const SentencePieceVocabulary& vocabulary) {
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

Json tokenizer_json(const SentencePieceVocabulary& vocabulary) {
  const SentencePieceModel& model = vocabulary.model();
  return {{"version", "1.0"},
          {"truncation", nullptr},
          {"padding", nullptr},
          {"added_tokens", added_tokens(vocabulary.special(), kNames, /*mask_takes_space=*/true)},
          {"normalizer", normalizer(model)},
          {"pre_tokenizer", metaspace("never")},
          {"post_processor", post_processor(vocabulary.special())},
          {"decoder", metaspace(model.add_dummy_prefix ? "always" : "never")},
          {"model", unigram(vocabulary)}};
}

}  // namespace

void SentencePieceVocabulary::write_files(int64_t max_length, const std::string& folder) const {
  write_tokenizer_files({.tokenizer = tokenizer_json(*this),
                         .config = {{"tokenizer_class", "PreTrainedTokenizerFast"}},
                         .names = kNames,
                         .vocabulary_name = "spiece.model",
                         .vocabulary = bytes_},
                        max_length, folder);
}

}  // namespace reprise
