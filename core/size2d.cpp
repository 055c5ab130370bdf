#include "core/size2d.h"

#include <algorithm>

#include "core/error.h"

namespace reprise {

Size2d window_places(std::string_view op, Size2d image, Size2d kernel, Size2d stride,
                     Size2d padding) {
  const int64_t least = std::min({kernel.height, kernel.width, stride.height, stride.width});
  const int64_t most = std::max({kernel.height, kernel.width, stride.height, stride.width,
                                 padding.height, padding.width});
  if (least < 1 || std::min(padding.height, padding.width) < 0 || most > kMostWindow) {
    throw ShapeError("{}: kernel {} x {}, stride {} x {}, padding {} x {}; kernel and stride are at "
                     "least 1, padding at least 0, all at most {}", op, kernel.height, kernel.width,
                     stride.height, stride.width, padding.height, padding.width, kMostWindow);
  }
  if (image.height < 1 || image.width < 1) {
    throw ShapeError("{}: an image of {} x {} has no elements", op, image.height, image.width);
  }
  const int64_t height = image.height + 2 * padding.height - kernel.height;
  const int64_t width = image.width + 2 * padding.width - kernel.width;
  if (height < 0 || width < 0) {
    throw ShapeError("{}: a kernel of {} x {} is larger than an image of {} x {} with a padding of "
                     "{} x {}", op, kernel.height, kernel.width, image.height, image.width,
                     padding.height, padding.width);
  }
  return {height / stride.height + 1, width / stride.width + 1};
}

Size2d pool_places(std::string_view op, Size2d image, Size2d kernel, Size2d stride,
                   Size2d padding) {
  const Size2d places = window_places(op, image, kernel, stride, padding);
  if (2 * padding.height > kernel.height || 2 * padding.width > kernel.width) {
    throw ShapeError("{}: a padding of {} x {} is more than half of the kernel, {} x {}", op,
                     padding.height, padding.width, kernel.height, kernel.width);
  }
  return places;
}

}  // namespace reprise
