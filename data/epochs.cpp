#include "data/epochs.h"

#include <algorithm>
#include <numeric>

#include "core/error.h"

namespace reprise {

Epochs::Epochs(int64_t items, int64_t batch, RandomKey key, bool shuffled)
    : items_(items), batch_(batch), key_(key), shuffled_(shuffled) {
  if (items < 1 || items > INT32_MAX) {
    throw DataError("data: {} items; from 1 to {} are possible", items, INT32_MAX);
  }
  if (batch < 1) throw UsageError("epochs: batches of {} items", batch);
}

std::shared_ptr<const Epochs::Order> Epochs::order(int64_t epoch) const {
  std::lock_guard lock(mutex_);
  if (epoch != epoch_) {
    auto order = std::make_shared<Order>(items_);
    std::iota(order->begin(), order->end(), 0);
    if (shuffled_) RandomStream(key_.at(static_cast<uint64_t>(epoch))).shuffle(std::span(*order));
    order_ = std::move(order);
    epoch_ = epoch;
  }
  return order_;
}

std::vector<int32_t> Epochs::items(int64_t batch) const {
  const std::shared_ptr<const Order> all = order(epoch_of(batch));
  const int64_t begin = batch % batches_per_epoch() * batch_;
  return {all->begin() + begin, all->begin() + std::min(items_, begin + batch_)};
}

}  // namespace reprise
