// Configuration of a dataset of text, and what it means to the parts.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "core/config.h"
#include "data/masking.h"
#include "data/pairs.h"
#include "data/text.h"
#include "data/vocabulary_config.h"

namespace reprise {

struct MaskingConfig {
  std::string strategy = "token";
  double probability = 0.15;
  std::optional<int64_t> max_predictions;
  int64_t max_ngram = 3;
  double mask_share = 0.8;
  double random_share = 0.1;

  static const char* shorthand_key() { return "strategy"; }
  void fields(Fields& f) {
    f("strategy", strategy, "what is masked together: single tokens, whole words, or runs of words")
        .one_of({"token", "whole_word", "ngram"});
    f("probability", probability, "share of the tokens that are predicted").above(0).at_most(1);
    f("max_predictions", max_predictions, "the most predictions in a sequence; null: no limit")
        .at_least(1);
    if (strategy == "ngram") {
      f("max_ngram", max_ngram, "words in the longest run; n has probability proportional to 1/n")
          .between(1, 10);
    }
    f("mask_share", mask_share, "share of the predicted tokens that [MASK] replaces").between(0, 1);
    f("random_share", random_share, "share that a random piece replaces; the rest stays as it is")
        .between(0, 1);
  }
  void check(Problems& problems) const;
};

// Text files: "a.txt", "corpus/*.txt.gz", or ["a.txt", "b/*.txt"].
struct TextFilesConfig {
  std::optional<std::filesystem::path> pattern{};
  std::vector<std::filesystem::path> files{};

  static const char* shorthand_key() { return "pattern"; }
  static const char* list_shorthand_key() { return "files"; }
  void fields(Fields& f) {
    f("pattern", pattern, "a text file, or a pattern with * for all files that match it, by name");
    f("files", files, "several of them, in this order");
  }
  void check(Problems& problems) const;
  std::vector<std::string> paths() const;
};

// Training text, and held-out text.
struct TextsConfig {
  TextFilesConfig train;
  std::optional<TextFilesConfig> valid;
  std::string invalid_utf8 = "error";

  // `form` is what the documentation says of a file's lines.
  void fields(Fields& f, const char* form) {
    f("train", train, fmt::format("text files, or patterns with *: {}; .gz too", form)).required();
    f("valid", valid,
      "held-out text for evaluation; null: the last documents of the training text, about 5 %");
    f("invalid_utf8", invalid_utf8, "bytes that aren't UTF-8: refuse the file, or replace them")
        .one_of({"error", "replace"});
  }
};

// Where text comes from, and how it is cut into pieces.
struct TextSourceConfig : TextsConfig {
  VocabularyConfig vocabulary;
  int64_t max_length = 128;

  void fields(Fields& f) {
    TextsConfig::fields(f, "a sentence a line, a blank line between documents");
    f("vocabulary", vocabulary, "the pieces that text is cut into");
    f("max_length", max_length, "tokens of a sequence, with [CLS] and [SEP]").between(5, 65536);
  }
};

struct TextDataConfig : TextSourceConfig {
  std::string sentence_task = "sop";
  double short_sequence_probability = 0.1;
  MaskingConfig masking;
  std::string behaviour = "paper";

  void fields(Fields& f) {
    TextSourceConfig::fields(f);
    f("sentence_task", sentence_task,
      "sop: were two segments swapped? nsp: is the second one from elsewhere? none: one segment")
        .one_of({"sop", "nsp", "none"});
    f("short_sequence_probability", short_sequence_probability,
      "how often a shorter sequence is made, of uniform length")
        .between(0, 1);
    f("masking", masking, "which tokens are to be predicted");
    f("behaviour", behaviour,
      "where papers and released code differ (single-sentence chunks, n-grams across [SEP], random "
      "special pieces), which one is followed")
        .one_of({"paper", "released"});
  }
};

PairSettings pair_settings(const TextDataConfig& config);
MaskingSettings masking_settings(const TextDataConfig& config);

}  // namespace reprise
