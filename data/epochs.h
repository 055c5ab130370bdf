// Epochs: every item of a fixed set once an epoch, in an order that each epoch shuffles anew.
#pragma once

#include <cstdint>
#include <memory>
#include <mutex>
#include <span>
#include <vector>

#include "core/rng.h"

namespace reprise {

// Batches of `batch` items; the last of an epoch has what is left. A batch is a function of (key,
// number) alone. All const functions may be called from several threads at once.
class Epochs {
 public:
  // Without `shuffled`, every epoch has the items in their order. Throws DataError for no item, and more
  // than 2^31.
  Epochs(int64_t items, int64_t batch, RandomKey key, bool shuffled = true);

  int64_t batches_per_epoch() const { return (items_ + batch_ - 1) / batch_; }
  int64_t epoch_of(int64_t batch) const { return batch / batches_per_epoch(); }
  // The items of batch number `batch`, counted from the start of training.
  std::vector<int32_t> items(int64_t batch) const;

 private:
  using Order = std::vector<int32_t>;
  std::shared_ptr<const Order> order(int64_t epoch) const;

  int64_t items_, batch_;
  RandomKey key_;
  bool shuffled_;
  mutable std::mutex mutex_;
  mutable int64_t epoch_ = -1;  // that order_ is of
  mutable std::shared_ptr<const Order> order_;
};

}  // namespace reprise
