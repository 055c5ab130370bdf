#include "data/word_batch.h"

#include <numeric>

namespace reprise {

void WordBatch::place(int64_t first_sequence) {
  if (first_sequence == 0) return;
  const int64_t number = first_sequence / sequences();  // of the batch within its step
  places = Tensor::empty({tokens()}, DType::i32);
  const auto values = places.values<int32_t>();
  std::iota(values.begin(), values.end(), static_cast<int32_t>(number * tokens()));
}

}  // namespace reprise
