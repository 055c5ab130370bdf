// Windows over single maps. Bound by memory, so one loop serves as reference and as fast version.
#include <cmath>

#include "core/kernels.h"
#include "core/kernels/convolution.h"
#include "core/kernels/ranges.h"

namespace reprise::kernels {

namespace {

// For the largest: f(number of the window over all maps, map, and the rows and columns of the map that it sees), for all
// windows. A task is a few maps.
template <class F>
void each_window(const PoolShape& s, const F& f) {
  over_rows(s.maps, s.image.area(), [&](int64_t first, int64_t last) {
    int64_t window = first * s.places.area();
    for (int64_t map = first; map < last; ++map) {
      for (int64_t r = 0; r < s.places.height; ++r) {
        const int64_t top = r * s.stride.height - s.padding.height;
        const Inside rows{std::max<int64_t>(0, top),
                          std::min(s.image.height, top + s.kernel.height)};
        for (int64_t c = 0; c < s.places.width; ++c, ++window) {
          const int64_t left = c * s.stride.width - s.padding.width;
          f(window, map, rows, Inside{std::max<int64_t>(0, left),
                                      std::min(s.image.width, left + s.kernel.width)});
        }
      }
    }
  });
}

// f(number of a row's first window, the input that it sees at one offset of the kernel, how many
// windows see one there, and how far apart), for all rows and offsets of maps [first, last).
template <class F>
void each_offset(const PoolShape& s, int64_t first, int64_t last, const F& f) {
  with_constant_step(s.stride.width, [&](auto step) {
    for (int64_t row = first * s.places.height; row < last * s.places.height; ++row) {
      const int64_t map = row / s.places.height;
      const int64_t top = row % s.places.height * s.stride.height - s.padding.height;
      const Inside ys = inside(top, 1, s.kernel.height, s.image.height);
      for (int64_t y = top + ys.begin; y < top + ys.end; ++y) {
        for (int64_t kx = 0; kx < s.kernel.width; ++kx) {
          const int64_t left = kx - s.padding.width;
          const Inside cols = inside(left, step, s.places.width, s.image.width);
          f(row * s.places.width + cols.begin,
            (map * s.image.height + y) * s.image.width + left + cols.begin * step,
            cols.end - cols.begin, step);
        }
      }
    }
  });
}

}  // namespace

void avg_pool2d_forward(const PoolShape& s, const real* x, real* y) {
  const real share = 1 / static_cast<real>(s.kernel.area());
  over_rows(s.maps, s.image.area(), [&](int64_t first, int64_t last) {
    const int64_t begin = first * s.places.area(), end = last * s.places.area();
    std::fill(y + begin, y + end, real{0});
    each_offset(s, first, last, [&](int64_t window, int64_t at, int64_t n, auto step) {
      for (int64_t i = 0; i < n; ++i) y[window + i] += x[at + i * step];
    });
    for (int64_t i = begin; i < end; ++i) y[i] *= share;
  });
}

// dx = dy / kernel area, over all windows that an input is in
void avg_pool2d_backward(const PoolShape& s, const real* dy, real beta, real* dx) {
  const real share = 1 / static_cast<real>(s.kernel.area());
  over_rows(s.maps, s.image.area(), [&](int64_t first, int64_t last) {
    scale_in_place((last - first) * s.image.area(), beta, dx + first * s.image.area());
    each_offset(s, first, last, [&](int64_t window, int64_t at, int64_t n, auto step) {
      for (int64_t i = 0; i < n; ++i) dx[at + i * step] += share * dy[window + i];
    });
  });
}

void max_pool2d_forward(const PoolShape& s, const real* x, real* y, int32_t* from) {
  each_window(s, [&](int64_t window, int64_t map, const Inside& rows, const Inside& cols) {
    const real* image = x + map * s.image.area();
    int64_t best = rows.begin * s.image.width + cols.begin;
    for (int64_t r = rows.begin; r < rows.end; ++r) {
      for (int64_t c = cols.begin; c < cols.end; ++c) {
        const int64_t at = r * s.image.width + c;
        if (image[at] > image[best] || (std::isnan(image[at]) && !std::isnan(image[best]))) best = at;
      }
    }
    y[window] = image[best];
    from[window] = static_cast<int32_t>(best);
  });
}

// The whole dy goes to where the largest was.
void max_pool2d_backward(const PoolShape& s, const real* dy, const int32_t* from, real beta,
                         real* dx) {
  scale_elements(s.maps * s.image.area(), beta, dx);
  each_window(s, [&](int64_t window, int64_t map, const Inside&, const Inside&) {
    dx[map * s.image.area() + from[window]] += dy[window];
  });
}

}  // namespace reprise::kernels
