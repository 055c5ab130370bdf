#include "data/word_streams.h"

#include <gtest/gtest.h>

#include <numeric>

#include "tests/core/expect_error.h"

namespace reprise {
namespace {

using Rest = WordStreams::Rest;
using Ids = std::vector<int32_t>;

// The words 0, 1, 2, …
WordStreams streams_of(int64_t words, int64_t streams, int64_t steps, Rest rest = Rest::drop) {
  Ids ids(static_cast<size_t>(words));
  std::iota(ids.begin(), ids.end(), 0);
  return WordStreams(std::move(ids), streams, steps, rest, "text");
}

Ids ids_of(const Tensor& tensor) {
  return {tensor.values<int32_t>().begin(), tensor.values<int32_t>().end()};
}

// 23 words in 3 streams of 7: 0 … 6, 7 … 13, 14 … 20.
TEST(WordStreams, CutsTheTextAsTheLiteratureDoes) {
  const WordStreams streams = streams_of(23, 3, 2);
  EXPECT_EQ(streams.batches_per_epoch(), 3);
  EXPECT_EQ(streams.predictions_per_epoch(), 18);
  const WordBatch first = streams.batch(0), last = streams.batch(2);
  EXPECT_EQ(first.ids.shape(), (Shape{2, 3}));
  EXPECT_EQ(ids_of(first.ids), (Ids{0, 7, 14, 1, 8, 15}));
  EXPECT_EQ(ids_of(first.labels), (Ids{1, 8, 15, 2, 9, 16}));
  EXPECT_EQ(ids_of(last.ids), (Ids{4, 11, 18, 5, 12, 19}));
  EXPECT_EQ(ids_of(last.labels), (Ids{5, 12, 19, 6, 13, 20}));
}

TEST(WordStreams, DropsOrKeepsTheRest) {
  EXPECT_EQ(streams_of(23, 3, 4).batches_per_epoch(), 1);
  const WordStreams kept = streams_of(23, 3, 4, Rest::keep);
  EXPECT_EQ(kept.batches_per_epoch(), 2);
  EXPECT_EQ(kept.predictions_per_epoch(), 18);
  EXPECT_EQ(ids_of(kept.batch(1).ids), (Ids{4, 11, 18, 5, 12, 19}));
  EXPECT_EQ(ids_of(kept.batch(1).labels), (Ids{5, 12, 19, 6, 13, 20}));
}

// In one stream, every word but the first is predicted once.
TEST(WordStreams, PredictsEveryWordOfOneStream) {
  for (const int64_t words : {2, 3, 35, 36, 37, 71}) {
    const WordStreams streams = streams_of(words, 1, 35, Rest::keep);
    Ids seen;
    for (int64_t n = 0; n < streams.batches_per_epoch(); ++n) {
      for (const int32_t label : ids_of(streams.batch(n).labels)) seen.push_back(label);
    }
    Ids wanted(static_cast<size_t>(words) - 1);
    std::iota(wanted.begin(), wanted.end(), 1);
    EXPECT_EQ(seen, wanted);
    EXPECT_EQ(streams.predictions_per_epoch(), words - 1);
  }
}

// Asked in any order, a number gives the same batch; epochs repeat, and say where streams begin.
TEST(WordStreams, GiveABatchByItsNumberAlone) {
  const WordStreams streams = streams_of(23, 3, 2);
  const Ids fifth = ids_of(streams.batch(5).ids);
  for (int64_t n = 0; n < 9; ++n) {
    const WordBatch batch = streams.batch(n);
    EXPECT_EQ(batch.epoch, n / 3);
    EXPECT_EQ(batch.position, n % 3);
    EXPECT_EQ(batch.starts_streams(), n % 3 == 0);
    EXPECT_EQ(ids_of(batch.ids), ids_of(streams.batch(n % 3).ids));
  }
  EXPECT_EQ(ids_of(streams.batch(5).ids), fifth);
  EXPECT_EQ(streams.batch(INT64_MAX).epoch, INT64_MAX / 3);
  EXPECT_THROW(streams.batch(-1), UsageError);
}

TEST(WordStreams, RefuseATextThatIsTooShort) {
  test::expect_error([] { streams_of(20, 3, 6); }, ExitCode::data,
                     "text: 20 words are too few for 3 streams: each needs 7, 6 steps and the word "
                     "after");
  EXPECT_NO_THROW(streams_of(21, 3, 6));
  test::expect_error([] { streams_of(5, 3, 6, Rest::keep); }, ExitCode::data, "too few");
  EXPECT_NO_THROW(streams_of(6, 3, 6, Rest::keep));
  test::expect_error([] { streams_of(0, 1, 1); }, ExitCode::data, "text: 0 words");
  EXPECT_THROW(streams_of(9, 0, 1), UsageError);
  EXPECT_THROW(streams_of(9, 1, 0), UsageError);
}

}  // namespace
}  // namespace reprise
