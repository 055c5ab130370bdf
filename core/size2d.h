// Size2d: the height and width of an image, or of a window that moves over one.
#pragma once

#include <cstdint>
#include <string_view>

namespace reprise {

struct Size2d {
  int64_t height = 1;
  int64_t width = 1;

  constexpr Size2d() = default;
  constexpr Size2d(int64_t both) : height(both), width(both) {}  // NOLINT: as PyTorch's 5 for (5, 5)
  constexpr Size2d(int64_t h, int64_t w) : height(h), width(w) {}

  constexpr int64_t area() const { return height * width; }
  bool operator==(const Size2d&) const = default;
};

// The most that a kernel, a stride or a padding may be: sums with image sizes stay far from overflow.
inline constexpr int64_t kMostWindow = 1 << 24;

// At how many places a window stands on an image with `padding` on all sides, `stride` apart, rounded
// down. Throws ShapeError, with `op` in front, when there is none or a size is out of range.
Size2d window_places(std::string_view op, Size2d image, Size2d kernel, Size2d stride, Size2d padding);
// The same for pooling, where no window may see padding alone: it is at most half the kernel.
Size2d pool_places(std::string_view op, Size2d image, Size2d kernel, Size2d stride, Size2d padding);

}  // namespace reprise
