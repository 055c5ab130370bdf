#include "data/word_text.h"

#include <algorithm>

#include "core/error.h"
#include "data/lines.h"
#include "data/texts.h"
#include "data/utf8.h"

namespace reprise {

namespace {

WordVocabulary learn_or_load(const WordTextConfig& config, const Text& train, int64_t wanted,
                             std::vector<std::string>& warnings) {
  const std::string path = config.vocabulary ? config.vocabulary->string() : "";
  WordVocabulary vocabulary =
      config.vocabulary ? WordVocabulary::load(path)
                        : WordVocabulary::learn(train.sentences, wanted, config.lower_case);
  if (vocabulary.size() > wanted) {
    throw ConfigError("model.vocab_size: {} rows are too few for the {} words of {}", wanted,
                      vocabulary.size(), config.vocabulary ? path : "any vocabulary");
  }
  if (vocabulary.size() < wanted) {
    warnings.push_back(fmt::format("{} only {} words; the model keeps its {} rows, and the last {} are "
                                   "never used",
                                   config.vocabulary ? path + " has" : "the training text has",
                                   vocabulary.size(), wanted, wanted - vocabulary.size()));
  }
  return vocabulary;
}

double unknown_share(const std::vector<int32_t>& words, const WordVocabulary& vocabulary) {
  const auto unknown = std::ranges::count(words, vocabulary.unknown());
  return static_cast<double>(unknown) / static_cast<double>(words.size());
}

}  // namespace

WordText load_word_text(const WordTextConfig& config, int64_t vocabulary_size, int64_t streams) {
  auto [train, valid, warnings] = load_texts(config);
  WordVocabulary vocabulary = learn_or_load(config, train, vocabulary_size, warnings);
  const auto cut = [&](const Text& text, int64_t count, WordStreams::Rest rest, const char* name) {
    return WordStreams(word_ids(text, vocabulary, config.lower_case), count, config.steps, rest, name);
  };
  WordStreams train_streams = cut(train, streams, WordStreams::Rest::drop, "data.train");
  WordStreams valid_streams = cut(valid, config.valid_streams, WordStreams::Rest::keep,
                                  config.valid ? "data.valid" : "data.train, its held-out part");
  std::optional<WordStreams> test_streams;
  if (config.test) {
    const Text test = load_text(config, *config.test);
    warnings.insert(warnings.end(), test.warnings.begin(), test.warnings.end());
    test_streams = cut(test, config.valid_streams, WordStreams::Rest::keep, "data.test");
  }
  return {std::move(vocabulary), std::move(train_streams), std::move(valid_streams),
          std::move(test_streams), std::move(warnings)};
}

std::string WordText::description() const {
  return fmt::format("{} words in {} streams, {} batches an epoch; held out: {} words; a vocabulary "
                     "of {}, to which {:.1f} % and {:.1f} % are unknown",
                     train.words().size(), train.streams(), train.batches_per_epoch(),
                     valid.words().size(), vocabulary.size(),
                     100 * unknown_share(train.words(), vocabulary),
                     100 * unknown_share(valid.words(), vocabulary));
}

std::vector<int32_t> word_ids(const Text& text, const WordVocabulary& vocabulary, bool lower_case) {
  std::vector<int32_t> ids;
  for (const std::string_view sentence : text.sentences) {
    const std::string lowered = lower_case ? reprise::lower_case(sentence) : std::string();
    for_each_word(lower_case ? std::string_view(lowered) : sentence,
                  [&](std::string_view word) { ids.push_back(vocabulary.id_of(word)); });
    ids.push_back(vocabulary.end());
  }
  return ids;
}

}  // namespace reprise
