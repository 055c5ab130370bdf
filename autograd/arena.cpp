#include "autograd/arena.h"

#include "core/error.h"

namespace reprise {

void Arena::next_block(size_t bytes) {
  if (bytes > kBlock) {
    throw UsageError("arena: a closure of {} bytes; capture tensors, not their content", bytes);
  }
  if (block_ < blocks_.size()) ++block_;
  if (block_ == blocks_.size()) blocks_.push_back(std::make_unique<std::byte[]>(kBlock));
  used_ = 0;
}

}  // namespace reprise
