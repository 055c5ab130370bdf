// WordText: text files as streams of words, with the vocabulary learnt from them or read from a file.
// A sentence a line; every sentence ends with the word <eos>.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "core/config.h"
#include "data/text_config.h"
#include "data/word_streams.h"
#include "data/word_vocabulary.h"

namespace reprise {

struct WordTextConfig : TextsConfig {
  std::optional<std::filesystem::path> vocabulary;
  bool lower_case = false;
  std::optional<TextFilesConfig> test;
  int64_t steps = 35;
  int64_t valid_streams = 1;

  void fields(Fields& f) {
    TextsConfig::fields(f, "a sentence a line, words between spaces");
    f("test", test, "further held-out text, which evaluations report too: for what is chosen by the first");
    f("vocabulary", vocabulary,
      "a file with a word a line, <unk> and <eos> among them; null: the model.vocab_size commonest "
      "words of the training text");
    f("lower_case", lower_case, "read capitals as small letters");
    f("steps", steps, "time steps of a batch: how far gradients reach back").between(1, 65536);
    f("valid_streams", valid_streams,
      "streams that the held-out text is cut into; 1: nothing of it is left out").between(1, 65536);
  }
};

struct WordText {
  WordVocabulary vocabulary;  // written beside the model that it belongs to
  WordStreams train;
  WordStreams valid;  // its last batch may be shorter
  std::optional<WordStreams> test;
  std::vector<std::string> warnings;

  std::string description() const;  // one line for the log
};

// vocabulary_size: rows of the model's word table; streams: of a training batch. Throws ConfigError
// for a vocabulary file with more words than the model, and the errors of the parts.
WordText load_word_text(const WordTextConfig& config, int64_t vocabulary_size, int64_t streams);

// The ids of all words of a text, with <eos> after every sentence.
std::vector<int32_t> word_ids(const Text& text, const WordVocabulary& vocabulary, bool lower_case);

}  // namespace reprise
