#include "data/pairs.h"

#include <algorithm>

#include "core/error.h"

namespace reprise {

namespace {

// Packs one document; the state is what the sentences so far have left.
class DocumentPacker {
 public:
  DocumentPacker(const Corpus& corpus, const PairSettings& settings, int64_t document,
                 RandomStream random, std::vector<Pair>& out)
      : corpus_(corpus),
        settings_(settings),
        document_(document),
        budget_(settings.max_length - special_pieces(settings.task)),
        random_(random),
        out_(out) {}

  void pack() {
    const int64_t end = corpus_.documents[document_ + 1];
    target_ = draw_target();
    int64_t first = corpus_.documents[document_];
    for (int64_t s = first; s < end; ++s) {
      if (s + 1 < end && tokens(first, s + 1) < target_) continue;
      first = emit(first, s + 1);
      s = first - 1;
      if (settings_.behaviour == Behaviour::paper) target_ = draw_target();
    }
  }

 private:
  int64_t tokens(int64_t first, int64_t end) const {
    return corpus_.sentences[end] - corpus_.sentences[first];
  }
  bool coin() { return random_.uniform() < 0.5; }

  int64_t draw_target() {
    if (random_.uniform() >= settings_.short_sequence_probability || budget_ <= 2) return budget_;
    return 2 + static_cast<int64_t>(random_.below(static_cast<uint64_t>(budget_ - 1)));
  }

  // An example of the sentences [first, end); returns the sentence after those that it used.
  int64_t emit(int64_t first, int64_t end) {
    Pair pair{.a = corpus_.sentences[first], .a_length = clipped(tokens(first, end))};
    if (settings_.task == SentenceTask::none) {
      add(pair);
      return end;
    }
    const int64_t count = end - first;
    const int64_t cut =
        count < 2
            ? end
            : first + 1 + static_cast<int64_t>(random_.below(static_cast<uint64_t>(count - 1)));
    const bool nsp = settings_.task == SentenceTask::nsp;
    if (count < 2 && !nsp && settings_.behaviour == Behaviour::paper) {
      cut_sentence(first);
      return end;
    }
    pair.a_length = clipped(tokens(first, cut));
    if (count < 2 || (nsp && coin())) {
      pair.label = 1;
      take_random(pair, target_ - pair.a_length);
      add(pair);
      return cut;
    }
    pair.b = corpus_.sentences[cut];
    pair.b_length = clipped(tokens(cut, end));
    if (!nsp && coin()) swap(pair);
    add(pair);
    return end;
  }

  void cut_sentence(int64_t sentence) {
    const int64_t length = tokens(sentence, sentence + 1);
    if (length < 2) return;
    const auto cut = 1 + static_cast<int64_t>(random_.below(static_cast<uint64_t>(length - 1)));
    Pair pair{.a = corpus_.sentences[sentence],
              .b = corpus_.sentences[sentence] + cut,
              .a_length = clipped(cut),
              .b_length = clipped(length - cut)};
    if (coin()) swap(pair);
    add(pair);
  }

  static void swap(Pair& pair) {
    std::swap(pair.a, pair.b);
    std::swap(pair.a_length, pair.b_length);
    pair.label = 1;
  }

  // B from a random place of another document. The released code draws up to ten times for a
  // document that differs and then takes what it has.
  void take_random(Pair& pair, int64_t wanted) {
    const auto documents = static_cast<uint64_t>(corpus_.document_count());
    int64_t other = document_;
    for (int tries = 0; other == document_ && tries < 10; ++tries) {
      other = static_cast<int64_t>(random_.below(documents));
    }
    if (other == document_ && documents > 1) other = (other + 1) % static_cast<int64_t>(documents);
    const int64_t begin = corpus_.documents[other], end = corpus_.documents[other + 1];
    const int64_t start =
        begin + static_cast<int64_t>(random_.below(static_cast<uint64_t>(end - begin)));
    int64_t stop = start + 1;
    while (stop < end && tokens(start, stop) < wanted) ++stop;
    pair.b = corpus_.sentences[start];
    pair.b_length = clipped(tokens(start, stop));
  }

  // Cuts the pair to the budget and keeps it.
  void add(Pair& pair) {
    while (pair.a_length + pair.b_length > budget_) {
      const bool from_a = pair.a_length > pair.b_length;
      const bool front = coin();
      (from_a ? pair.a_length : pair.b_length) -= 1;
      if (front) (from_a ? pair.a : pair.b) += 1;
    }
    out_.push_back(pair);
  }

  // A segment's tokens as 32 bits. What lies beyond could only be reached by a truncation of more
  // than 2^20 tokens, so that giant sentences cost no giant loop.
  static int32_t clipped(int64_t length) {
    return static_cast<int32_t>(std::min<int64_t>(length, int64_t{1} << 20));
  }

  const Corpus& corpus_;
  const PairSettings& settings_;
  const int64_t document_;
  const int64_t budget_;  // tokens of text in an example
  int64_t target_ = 0;
  RandomStream random_;
  std::vector<Pair>& out_;
};

}  // namespace

std::vector<Pair> pack_pairs(const Corpus& corpus, const PairSettings& settings, RandomKey key,
                             uint64_t epoch) {
  const int64_t least =
      special_pieces(settings.task) + (settings.task == SentenceTask::none ? 1 : 2);
  if (settings.max_length < least) {
    throw ConfigError(
        "data.max_length: {} is too short: the special pieces and a token for each "
        "segment make {}",
        settings.max_length, least);
  }
  if (settings.task == SentenceTask::nsp && settings.behaviour == Behaviour::paper &&
      corpus.document_count() < 2) {
    throw DataError(
        "data: next sentence prediction (nsp) needs at least two documents, to take "
        "unrelated text from; there is {} (a blank line ends a document)",
        corpus.document_count());
  }
  std::vector<Pair> pairs;
  for (int64_t d = 0; d < corpus.document_count(); ++d) {
    const RandomStream random(key.at(epoch).at(static_cast<uint64_t>(d)));
    DocumentPacker(corpus, settings, d, random, pairs).pack();
  }
  if (pairs.empty()) {
    throw DataError(
        "data: no example can be made of {} documents with {} tokens in all: the "
        "sentence order task needs two tokens in a row",
        corpus.document_count(), corpus.tokens.size());
  }
  return pairs;
}

}  // namespace reprise
