// Shape: the sizes of a tensor, outermost first; held inline, at most six of them.
#pragma once

#include <fmt/format.h>

#include <array>
#include <cstdint>
#include <initializer_list>
#include <span>
#include <string>

namespace reprise {

class Shape {
 public:
  static constexpr int kMaxRank = 6;

  Shape() = default;  // rank 0: a scalar
  // Throws ShapeError for a negative size, more than kMaxRank sizes, or more than 2^63 elements.
  Shape(std::initializer_list<int64_t> sizes) : Shape(std::span(sizes.begin(), sizes.size())) {}
  explicit Shape(std::span<const int64_t> sizes);

  int rank() const { return rank_; }
  int64_t numel() const { return numel_; }
  // Size of dimension d; negative d counts from the end. Throws ShapeError outside [-rank, rank).
  int64_t operator[](int d) const;
  std::span<const int64_t> sizes() const { return {sizes_.data(), static_cast<size_t>(rank_)}; }

  // The shape seen as a matrix: all but the last dimension together, and the last. A scalar is 1 x 1.
  int64_t rows() const;
  int64_t cols() const { return rank_ == 0 ? 1 : sizes_[rank_ - 1]; }

  // The same shape with dimension d replaced by `size`.
  Shape with(int d, int64_t size) const;

  bool operator==(const Shape& other) const;

 private:
  std::array<int64_t, kMaxRank> sizes_{};
  int rank_ = 0;
  int64_t numel_ = 1;
};

std::string to_string(const Shape& shape);  // "[8, 128, 768]"

}  // namespace reprise

template <>
struct fmt::formatter<reprise::Shape> : fmt::formatter<std::string> {
  template <class Ctx>
  auto format(const reprise::Shape& shape, Ctx& ctx) const {
    return fmt::formatter<std::string>::format(reprise::to_string(shape), ctx);
  }
};
