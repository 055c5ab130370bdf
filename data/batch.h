// Batch: what a dataset gives and a task takes, of any kind. A new kind is one more alternative.
#pragma once

#include <variant>

#include "data/images/image_batch.h"
#include "data/pair_batch.h"
#include "data/token_batch.h"
#include "data/word_batch.h"

namespace reprise {

// Every kind tells how much work it is: tokens(), sequences() and predictions(), the labels among them.
using Batch = std::variant<TokenBatch, PairBatch, ImageBatch, WordBatch>;

}  // namespace reprise
