// What belongs to a whole map of an image: its scale, its bias, and their gradients. Bound by memory, so
// one loop serves as reference and as fast version. Sums run in double, image by image.
#include "core/kernels.h"
#include "core/kernels/ranges.h"

namespace reprise::kernels {

void scale_maps(int64_t images, int64_t maps, int64_t size, const real* x, const real* gain,
                const real* bias, real* y) {
  over_rows(images * maps, size, [&](int64_t begin, int64_t end) {
    for (int64_t m = begin; m < end; ++m) {
      const real g = gain[m % maps], b = bias[m % maps];
      for (int64_t i = m * size; i < (m + 1) * size; ++i) y[i] = g * x[i] + b;
    }
  });
}

namespace {

// dst [maps] = beta dst + the sum of term(i) over the elements i of the map in all images
template <class Term>
void sum_each_map(int64_t images, int64_t maps, int64_t size, real beta, real* dst,
                  const Term& term) {
  parallel_ranges(maps, 1, [&](int64_t begin, int64_t end) {
    for (int64_t m = begin; m < end; ++m) {
      double total = 0;
      for (int64_t image = 0; image < images; ++image) {
        const int64_t first = (image * maps + m) * size;
        double sums[4] = {};  // a single running sum would wait for itself
        int64_t i = 0;
        for (; i + 4 <= size; i += 4) {
          for (int64_t j = 0; j < 4; ++j) sums[j] += term(first + i + j);
        }
        for (; i < size; ++i) sums[0] += term(first + i);
        total += (sums[0] + sums[1]) + (sums[2] + sums[3]);
      }
      dst[m] = static_cast<real>(beta == 0 ? total : double{beta} * dst[m] + total);
    }
  });
}

}  // namespace

void sum_maps(int64_t images, int64_t maps, int64_t size, const real* x, real beta, real* dst) {
  sum_each_map(images, maps, size, beta, dst, [=](int64_t i) { return double{x[i]}; });
}

void sum_products_of_maps(int64_t images, int64_t maps, int64_t size, const real* x, const real* y,
                          real beta, real* dst) {
  sum_each_map(images, maps, size, beta, dst, [=](int64_t i) { return double{x[i]} * y[i]; });
}

}  // namespace reprise::kernels
