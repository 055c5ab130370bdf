#include "data/sentence_pairs.h"

#include <algorithm>
#include <numeric>

#include "core/error.h"

namespace reprise {

namespace {

constexpr uint64_t kOrder = 21;                   // place of the seed
constexpr uint64_t kEvaluationSeed = 0x70616972;  // whatever the seed of the run

// [CLS] sentence [SEP], cut at the end to `max_length` tokens
Example sequence(const Corpus& corpus, int64_t sentence, const SpecialPieces& special,
                 int64_t max_length) {
  const auto begin = corpus.tokens.begin() + corpus.sentences[sentence];
  const auto end = corpus.tokens.begin() + corpus.sentences[sentence + 1];
  Example example;
  example.ids = {special.cls};
  example.ids.insert(example.ids.end(), begin, begin + std::min(end - begin, max_length - 2));
  example.ids.push_back(special.sep);
  example.segments.assign(example.ids.size(), 0);
  return example;
}

const DatasetSettings& checked(const DatasetSettings& settings) {
  if (settings.sequences < 2) {
    throw ConfigError("training.batch_size: a batch of {} pairs has no distant sentence; give 2 or more",
                      settings.sequences);
  }
  return settings;
}

}  // namespace

SentencePairs::SentencePairs(const SentencePairsConfig& config, const DatasetSettings& settings)
    : settings_(checked(settings)),
      max_length_(config.max_length),
      min_words_(config.min_words),
      corpus_(config, settings),
      train_(neighbours(corpus_.train())),
      valid_(neighbours(corpus_.valid())),
      epochs_(static_cast<int64_t>(train_.size()), settings.sequences,
              RandomKey(settings.seed).at(kOrder)) {
  RandomStream(RandomKey(kEvaluationSeed)).shuffle(std::span(valid_));
}

std::vector<SentencePairs::Pair> SentencePairs::neighbours(const Corpus& corpus) const {
  std::vector<Pair> pairs;
  for (int64_t d = 0; d < corpus.document_count(); ++d) {
    int64_t before = -1;
    for (int64_t s = corpus.documents[d]; s < corpus.documents[d + 1]; ++s) {
      if (corpus.sentences[s + 1] - corpus.sentences[s] < min_words_) continue;
      if (before >= 0) pairs.emplace_back(before, s);
      before = s;
    }
  }
  if (pairs.empty()) {
    throw DataError("data: no document has two sentences of {} tokens or more (data.min_words)",
                    min_words_);
  }
  return pairs;
}

PairBatch SentencePairs::assembled(const Corpus& corpus, const std::vector<Pair>& pairs,
                                   const std::vector<int32_t>& chosen, int64_t first_sequence) const {
  const SpecialPieces& special = corpus_.vocabulary().special();
  std::vector<Example> first, second;
  for (const int32_t i : chosen) {
    first.push_back(sequence(corpus, pairs[i].first, special, max_length_));
    second.push_back(sequence(corpus, pairs[i].second, special, max_length_));
  }
  return {make_batch(first, first_sequence, settings_.max_positions),
          make_batch(second, first_sequence, settings_.max_positions)};
}

PairBatch SentencePairs::batch(int64_t micro_batch, int64_t first_sequence) const {
  return assembled(corpus_.train(), train_, epochs_.items(micro_batch), first_sequence);
}

int64_t SentencePairs::evaluation_batches() const {
  return static_cast<int64_t>(valid_.size()) / settings_.sequences;
}

PairBatch SentencePairs::evaluation_batch(int64_t index) const {
  std::vector<int32_t> chosen(settings_.sequences);
  std::iota(chosen.begin(), chosen.end(), static_cast<int32_t>(index * settings_.sequences));
  return assembled(corpus_.valid(), valid_, chosen, 0);
}

std::string SentencePairs::description() const {
  return fmt::format("sentence pairs: {}; {} pairs of neighbours, held out: {}",
                     corpus_.description(), train_.size(), valid_.size());
}

void SentencePairs::write_tokenizer(const std::string& folder) const {
  corpus_.vocabulary().write_files(max_length_, folder);
}

}  // namespace reprise
