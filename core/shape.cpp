#include "core/shape.h"

#include "core/error.h"

namespace reprise {

Shape::Shape(std::span<const int64_t> sizes) {
  if (sizes.size() > kMaxRank) {
    throw ShapeError("shape: {} dimensions, at most {} are supported", sizes.size(), kMaxRank);
  }
  for (int64_t size : sizes) {
    if (size < 0) throw ShapeError("shape: a size of {} in dimension {}", size, rank_);
    if (__builtin_mul_overflow(numel_, size, &numel_)) {
      throw ShapeError("shape: more elements than can be counted in 63 bits");
    }
    sizes_[rank_++] = size;
  }
}

int64_t Shape::operator[](int d) const {
  int at = d < 0 ? d + rank_ : d;
  if (at < 0 || at >= rank_) throw ShapeError("shape {} has no dimension {}", to_string(*this), d);
  return sizes_[at];
}

int64_t Shape::rows() const {
  int64_t rows = 1;
  for (int d = 0; d + 1 < rank_; ++d) rows *= sizes_[d];
  return rows;
}

Shape Shape::with(int d, int64_t size) const {
  (*this)[d];  // checks d
  std::array<int64_t, kMaxRank> sizes = sizes_;
  sizes[d < 0 ? d + rank_ : d] = size;
  return Shape(std::span<const int64_t>(sizes.data(), rank_));
}

bool Shape::operator==(const Shape& other) const {
  if (rank_ != other.rank_) return false;
  for (int d = 0; d < rank_; ++d) {
    if (sizes_[d] != other.sizes_[d]) return false;
  }
  return true;
}

std::string to_string(const Shape& shape) {
  return fmt::format("[{}]", fmt::join(shape.sizes(), ", "));
}

}  // namespace reprise
