#include "data/examples.h"

#include <algorithm>
#include <numeric>

#include "core/error.h"

namespace reprise {

namespace {

// Places of the key.
constexpr uint64_t kPacking = 1, kOrder = 2, kMasking = 3;

void append(Example& example, const Corpus& corpus, int64_t begin, int32_t length,
            int32_t segment) {
  const auto first = corpus.tokens.begin() + begin;
  example.ids.insert(example.ids.end(), first, first + length);
  example.segments.insert(example.segments.end(), static_cast<size_t>(length), segment);
}

void append(Example& example, int32_t id, int32_t segment) {
  example.ids.push_back(id);
  example.segments.push_back(segment);
}

}  // namespace

Example assemble(const Pair& pair, const Corpus& corpus, SentenceTask task,
                 const SpecialPieces& special) {
  Example example;
  append(example, special.cls, 0);
  append(example, corpus, pair.a, pair.a_length, 0);
  append(example, special.sep, 0);
  if (task == SentenceTask::none) return example;
  append(example, corpus, pair.b, pair.b_length, 1);
  append(example, special.sep, 1);
  example.sentence_label = pair.label;
  return example;
}

Examples::Examples(const Corpus& corpus, const PairSettings& pairs, const MaskingPieces& pieces,
                   const MaskingSettings& masking, RandomKey key)
    : corpus_(corpus),
      pair_settings_(pairs),
      pieces_(pieces),
      masking_settings_(masking),
      key_(key),
      current_(pack(0)) {
  starts_ = {0, static_cast<int64_t>(current_->pairs.size())};
}

std::shared_ptr<const Examples::Epoch> Examples::pack(uint64_t number) const {
  auto epoch = std::make_shared<Epoch>();
  epoch->number = number;
  epoch->pairs = pack_pairs(corpus_, pair_settings_, key_.at(kPacking), number);
  if (epoch->pairs.size() > UINT32_MAX)
    throw DataError("data: more than 2^32 examples in an epoch");
  epoch->order.resize(epoch->pairs.size());
  std::iota(epoch->order.begin(), epoch->order.end(), 0u);
  RandomStream(key_.at(kOrder).at(number)).shuffle(std::span(epoch->order));
  return epoch;
}

std::shared_ptr<const Examples::Epoch> Examples::locate(int64_t n, size_t& place) const {
  std::lock_guard lock(mutex_);
  while (n >= starts_.back()) {
    current_ = pack(starts_.size() - 1);
    starts_.push_back(starts_.back() + static_cast<int64_t>(current_->pairs.size()));
  }
  const auto after = std::upper_bound(starts_.begin(), starts_.end(), n);
  const auto number = static_cast<uint64_t>(after - starts_.begin() - 1);
  if (current_->number != number) current_ = pack(number);
  place = static_cast<size_t>(n - starts_[number]);
  return current_;
}

Example Examples::example(int64_t n) const {
  size_t place = 0;
  const std::shared_ptr<const Epoch> epoch = locate(n, place);
  const uint32_t index = epoch->order[place];
  Example example = assemble(epoch->pairs[index], corpus_, pair_settings_.task, pieces_.special);
  mask_tokens(example, pieces_, masking_settings_, key_.at(kMasking).at(epoch->number).at(index));
  return example;
}

}  // namespace reprise
