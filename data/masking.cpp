#include "data/masking.h"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace reprise {

namespace {

// A run of tokens that are masked together: positions [begin, end) of the example.
struct Word {
  int32_t begin = 0, end = 0;
};

bool is_bound(int32_t id, const SpecialPieces& special) {
  return id == special.cls || id == special.sep;
}

// Every token by itself, or whole words; without [CLS] and [SEP].
std::vector<Word> words_of(const Example& example, const MaskingPieces& pieces,
                           MaskingStrategy strategy) {
  std::vector<Word> words;
  bool inside = false;  // a word that this token may continue
  for (size_t i = 0; i < example.ids.size(); ++i) {
    const int32_t id = example.ids[i];
    const auto place = static_cast<int32_t>(i);
    if (is_bound(id, pieces.special)) {
      inside = false;
    } else if (inside && strategy != MaskingStrategy::token &&
               !pieces.word_starts[static_cast<size_t>(id)]) {
      words.back().end = place + 1;
    } else {
      words.push_back({place, place + 1});
      inside = true;
    }
  }
  return words;
}

// Python's round, which the released code uses: halves go to the even neighbour.
int64_t predictions(int64_t tokens, const MaskingSettings& settings) {
  const double wanted = std::nearbyint(settings.probability * static_cast<double>(tokens));
  const int64_t count = std::max<int64_t>(1, static_cast<int64_t>(wanted));
  return settings.max_predictions > 0 ? std::min(count, settings.max_predictions) : count;
}

// n of an n-gram: from 1 to `most`, p(n) ∝ 1/n.
int64_t draw_ngram(RandomStream& random, int64_t most) {
  double total = 0;
  for (int64_t n = 1; n <= most; ++n) total += 1.0 / static_cast<double>(n);
  double left = random.uniform() * total;
  for (int64_t n = 1; n < most; ++n) {
    left -= 1.0 / static_cast<double>(n);
    if (left < 0) return n;
  }
  return most;
}

// Chooses the positions to predict.
class Chooser {
 public:
  Chooser(const Example& example, const MaskingPieces& pieces, const MaskingSettings& settings,
          RandomStream& random)
      : settings_(settings),
        random_(random),
        words_(words_of(example, pieces, settings.strategy)),
        wanted_(predictions(static_cast<int64_t>(example.ids.size()), settings)),
        taken_(example.ids.size()) {}

  // Ascending.
  std::vector<int32_t> choose() {
    std::vector<size_t> order(words_.size());
    std::iota(order.begin(), order.end(), size_t{0});
    random_.shuffle(std::span(order));
    for (const size_t word : order) {
      if (count_ >= wanted_) break;
      try_run(word);
    }
    if (count_ == 0 && !words_.empty()) take_one();
    std::vector<int32_t> positions;
    for (size_t i = 0; i < taken_.size(); ++i) {
      if (taken_[i]) positions.push_back(static_cast<int32_t>(i));
    }
    return positions;
  }

 private:
  // Words of the run that begins at `word`, at most `longest`; a gap ([SEP]) ends it, as the paper
  // masks spans of text, but not the released code's.
  int64_t run_length(size_t word, int64_t longest) const {
    int64_t n = 1;
    for (; n < longest && word + n < words_.size(); ++n) {
      const bool gap = words_[word + n].begin != words_[word + n - 1].end;
      if (gap && settings_.behaviour == Behaviour::paper) break;
    }
    return n;
  }

  int64_t tokens(size_t word, int64_t n) const {
    int64_t sum = 0;
    for (size_t w = word; w < word + n; ++w) sum += words_[w].end - words_[w].begin;
    return sum;
  }

  // A run is taken whole, if it fits and nothing of it is taken.
  void try_run(size_t word) {
    int64_t n = 1;
    if (settings_.strategy == MaskingStrategy::ngram) {
      n = draw_ngram(random_, run_length(word, settings_.max_ngram));
    }
    while (n > 0 && count_ + tokens(word, n) > wanted_) --n;
    for (size_t w = word; w < word + n; ++w) {
      if (taken_[words_[w].begin]) return;
    }
    for (size_t w = word; w < word + n; ++w) {
      std::fill(taken_.begin() + words_[w].begin, taken_.begin() + words_[w].end, true);
    }
    count_ += tokens(word, n);
  }

  void take_one() {
    const Word& word = words_[random_.below(words_.size())];
    taken_[word.begin + random_.below(static_cast<uint64_t>(word.end - word.begin))] = true;
  }

  const MaskingSettings& settings_;
  RandomStream& random_;
  const std::vector<Word> words_;
  const int64_t wanted_;
  int64_t count_ = 0;  // tokens taken
  std::vector<bool> taken_;
};

int32_t random_piece(const MaskingPieces& pieces, Behaviour behaviour, RandomStream& random) {
  if (behaviour == Behaviour::released || pieces.ordinary.empty()) {
    return static_cast<int32_t>(random.below(pieces.word_starts.size()));
  }
  return pieces.ordinary[random.below(pieces.ordinary.size())];
}

}  // namespace

void mask_tokens(Example& example, const MaskingPieces& pieces, const MaskingSettings& settings,
                 RandomKey key) {
  RandomStream random(key);
  example.masked_positions = Chooser(example, pieces, settings, random).choose();
  example.masked_labels.clear();
  for (const int32_t position : example.masked_positions) {
    int32_t& id = example.ids[static_cast<size_t>(position)];
    example.masked_labels.push_back(id);
    const double draw = random.uniform();
    if (draw < settings.mask_share) {
      id = pieces.special.mask;
    } else if (draw < settings.mask_share + settings.random_share) {
      id = random_piece(pieces, settings.behaviour, random);
    }
  }
}

}  // namespace reprise
