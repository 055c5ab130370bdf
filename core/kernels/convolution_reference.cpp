// Convolutions as their definition: a unit is its bias plus the sum over its connections of weight
// times input. Sums run in double and are rounded once.
#include <vector>

#include "core/kernels/convolution.h"

namespace reprise::kernels {

namespace {

// f(unit of y, its connection's weight, input of x or -1 for padding), for every connection.
template <class F>
void each_connection(const ConvolutionShape& s, const F& f) {
  const int64_t units = s.places.area(), in = s.group_in();
  for (int64_t image = 0; image < s.images; ++image) {
    for (int64_t map = 0; map < s.out; ++map) {
      for (int64_t place = 0; place < units; ++place) {
        const int64_t unit = (image * s.out + map) * units + place;
        int64_t weight = ((s.shared ? 0 : place * s.out) + map) * s.patch();
        for (int64_t c = 0; c < in; ++c) {
          const int64_t from = image * s.in + map / s.group_out() * in + c;
          for (int64_t k = 0; k < s.kernel.area(); ++k, ++weight) {
            const int64_t row = place / s.places.width * s.stride.height - s.padding.height +
                                k / s.kernel.width;
            const int64_t col = place % s.places.width * s.stride.width - s.padding.width +
                                k % s.kernel.width;
            const bool within =
                row >= 0 && row < s.image.height && col >= 0 && col < s.image.width;
            f(unit, weight, within ? (from * s.image.height + row) * s.image.width + col : -1);
          }
        }
      }
    }
  }
}

// dst = beta dst + sums
void put(const std::vector<double>& sums, real beta, real* dst) {
  for (const double sum : sums) {
    *dst = static_cast<real>(beta == 0 ? sum : double{beta} * *dst + sum);
    ++dst;
  }
}

}  // namespace

void reference_forward(const ConvolutionShape& s, const real* x, const real* weight,
                       const real* bias, real* y) {
  const int64_t units = s.places.area();
  std::vector<double> sums(s.images * s.out * units);
  for (int64_t u = 0; u < std::ssize(sums); ++u) {
    sums[u] = *bias_of(s, bias, u / units % s.out, u % units).data;
  }
  each_connection(s, [&](int64_t unit, int64_t w, int64_t input) {
    sums[unit] += double{weight[w]} * (input < 0 ? s.around : x[input]);
  });
  put(sums, 0, y);
}

// dx = Σ w dy over the connections of an input, dw = Σ x dy over those of a weight
void reference_backward(const ConvolutionShape& s, const real* x, const real* weight,
                        const real* dy, real beta, real* dx, real beta_weight, real* dweight) {
  std::vector<double> to_x(s.images * s.in * s.image.area()), to_weight(s.weights());
  each_connection(s, [&](int64_t unit, int64_t w, int64_t input) {
    if (input >= 0) to_x[input] += double{weight[w]} * dy[unit];
    to_weight[w] += double{input < 0 ? s.around : x[input]} * dy[unit];
  });
  if (dx) put(to_x, beta, dx);
  if (dweight) put(to_weight, beta_weight, dweight);
}

}  // namespace reprise::kernels
