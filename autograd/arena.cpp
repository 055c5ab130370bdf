#include "autograd/arena.h"

namespace reprise {

void Arena::next_block() {
  if (block_ < blocks_.size()) ++block_;
  if (block_ == blocks_.size()) blocks_.push_back(std::make_unique<std::byte[]>(kBlock));
  used_ = 0;
}

void* Arena::take_large(size_t bytes) {
  return large_.emplace_back(std::make_unique<std::byte[]>(bytes)).get();
}

}  // namespace reprise
