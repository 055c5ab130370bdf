#include "tools/trainer/tasks/masked_word_guesses.h"

#include <algorithm>

#include "autograd/ops.h"
#include "tools/trainer/tasks/score.h"
#include "tools/trainer/tasks/tokens_of.h"

namespace reprise {

namespace {

constexpr int32_t kAround = 14;  // pieces shown on each side of the masked one
constexpr int kGuesses = 3;

// The batch's first masked row of each sequence, as an index into its masked rows.
std::vector<int64_t> first_masked(const TokenBatch& batch, size_t most) {
  std::vector<int64_t> chosen;
  const auto rows = batch.masked_rows.values<int32_t>();
  const auto offsets = batch.offsets.values<int32_t>();
  size_t sequence = 0;
  for (size_t i = 0; i < rows.size() && chosen.size() < most; ++i) {
    if (rows[i] < offsets[sequence]) continue;
    chosen.push_back(static_cast<int64_t>(i));
    while (sequence + 1 < offsets.size() && offsets[sequence] <= rows[i]) ++sequence;
  }
  return chosen;
}

std::string text_around(const TokenDataset& dataset, const TokenBatch& batch, int32_t row) {
  const auto offsets = batch.offsets.values<int32_t>();
  const auto ids = batch.ids.values<int32_t>();
  const auto next = std::upper_bound(offsets.begin(), offsets.end(), row);
  const int32_t begin = std::max(*(next - 1), row - kAround), end = std::min(*next, row + kAround + 1);
  std::string text;
  for (int32_t at = begin; at < end; ++at) {
    text += at == row ? " [____]" : dataset.text_of(ids[at]);
  }
  return text;
}

// The likeliest pieces of one row of logits, with their probabilities.
std::string likeliest(const TokenDataset& dataset, const real* probabilities, int64_t vocabulary) {
  std::string text;
  for (const int32_t id : largest({probabilities, static_cast<size_t>(vocabulary)}, kGuesses)) {
    text += fmt::format("{}\"{}\" {:.0f} %", text.empty() ? "" : ", ", dataset.text_of(id),
                        100 * probabilities[id]);
  }
  return text;
}

}  // namespace

std::vector<std::string> guesses(const Encoder& encoder, const TokenDataset& dataset, int sentences) {
  if (dataset.text_of(0).empty() || dataset.evaluation_batches() == 0) return {};
  const TokenBatch batch = dataset.evaluation_batch(0);
  const std::vector<int64_t> chosen = first_masked(batch, sentences);
  if (chosen.empty()) return {};

  const Context plain;
  const Variable x = encoder.encode(plain, tokens_of(batch));
  const Variable p = softmax(encoder.predict_tokens(plain, gather_rows(x, batch.masked_rows)));
  std::vector<std::string> lines = {"masked words of the held-out text, and what it guesses:"};
  for (const int64_t i : chosen) {
    const int32_t row = batch.masked_rows.values<int32_t>()[i];
    lines.push_back("  …" + text_around(dataset, batch, row) + " …");
    lines.push_back(fmt::format("      was \"{}\"; guesses {}",
                                dataset.text_of(batch.masked_labels.values<int32_t>()[i]),
                                likeliest(dataset, p.value().data() + i * p.shape()[1],
                                          p.shape()[1])));
  }
  return lines;
}

}  // namespace reprise
