// Windows over single maps. Bound by memory, so one loop serves as reference and as fast version.
#include <cmath>

#include "core/kernels.h"
#include "core/kernels/convolution.h"
#include "core/kernels/ranges.h"

namespace reprise::kernels {

namespace {

// f(number of the window over all maps, map, and the rows and columns of the map that it sees), for all
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

// dx = beta dx; a task is the same maps as in each_window
void scale_all(const PoolShape& s, real beta, real* dx) {
  over_elements(s.maps * s.image.area(), [&](int64_t begin, int64_t end) {
    scale_in_place(end - begin, beta, dx + begin);
  });
}

}  // namespace

void avg_pool2d_forward(const PoolShape& s, const real* x, real* y) {
  const real share = 1 / static_cast<real>(s.kernel.area());
  each_window(s, [&](int64_t window, int64_t map, const Inside& rows, const Inside& cols) {
    real sum = 0;
    for (int64_t r = rows.begin; r < rows.end; ++r) {
      const real* row = x + (map * s.image.height + r) * s.image.width;
      for (int64_t c = cols.begin; c < cols.end; ++c) sum += row[c];
    }
    y[window] = share * sum;
  });
}

// dx = dy / kernel area, over all windows that an input is in
void avg_pool2d_backward(const PoolShape& s, const real* dy, real beta, real* dx) {
  const real share = 1 / static_cast<real>(s.kernel.area());
  scale_all(s, beta, dx);
  each_window(s, [&](int64_t window, int64_t map, const Inside& rows, const Inside& cols) {
    const real each = share * dy[window];
    for (int64_t r = rows.begin; r < rows.end; ++r) {
      real* row = dx + (map * s.image.height + r) * s.image.width;
      for (int64_t c = cols.begin; c < cols.end; ++c) row[c] += each;
    }
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
  scale_all(s, beta, dx);
  each_window(s, [&](int64_t window, int64_t map, const Inside&, const Inside&) {
    dx[map * s.image.area() + from[window]] += dy[window];
  });
}

}  // namespace reprise::kernels
