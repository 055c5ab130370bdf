// LeNet-5's output and its loss. Both are small beside the layers before them: plain loops.
#include <algorithm>
#include <cmath>

#include "autograd/ops.h"
#include "autograd/ops/loops.h"
#include "core/error.h"

namespace reprise {

// y[i, c] = Σ_k (x[i, k] − w[c, k])²:  dx[i, k] = Σ_c 2 dy[i, c] (x[i, k] − w[c, k])
Variable radial_basis(const Variable& x, const Tensor& codes) {
  const Shape &xs = x.shape(), &ws = codes.shape();
  if (xs.rank() != 2 || ws.rank() != 2 || xs[1] != ws[1]) {
    throw ShapeError("radial_basis: input {} does not fit codes {} ([classes, width])", xs, ws);
  }
  const int64_t classes = ws[0], width = ws[1];
  Tensor y = Tensor::empty({xs[0], classes});
  const real *px = x.value().data(), *pw = codes.data();
  loops::contribute(xs[0] * classes, 0, y.data(), [=](int64_t u) {
    const real *sample = px + u / classes * width, *code = pw + u % classes * width;
    double sum = 0;
    for (int64_t k = 0; k < width; ++k) {
      const double difference = double{sample[k]} - code[k];
      sum += difference * difference;
    }
    return static_cast<real>(sum);
  });
  return record("radial_basis", y, {x}, [=, x = x.value()](const Tensor& dy, InputGrads& dx) {
    const Sink d = dx.into(0);
    const real *from = x.data(), *w = codes.data(), *g = dy.data();
    loops::contribute(x.numel(), d.beta, d.data(), [=](int64_t u) {
      const real* out = g + u / width * classes;
      double sum = 0;
      for (int64_t c = 0; c < classes; ++c) {
        sum += 2 * double{out[c]} * (double{from[u]} - w[c * width + u % width]);
      }
      return static_cast<real>(sum);
    });
  });
}

namespace {

// log(e^−j + Σ_c e^−y[c]), around the largest term so that nothing overflows
double log_sum(const real* y, int64_t classes, double j) {
  const double least = std::min(j, double{*std::min_element(y, y + classes)});
  double total = std::exp(least - j);
  for (int64_t c = 0; c < classes; ++c) total += std::exp(least - y[c]);
  return std::log(total) - least;
}

}  // namespace

// L = w Σᵢ (y[i, labelᵢ] + sᵢ), sᵢ = log(e^−j + Σ_c e^−y[i, c]):
// dy[i, c] = w dL ([c = labelᵢ] − e^(−y[i, c] − sᵢ))
Variable radial_basis_loss(const Variable& y, const Tensor& labels, double j, double weight) {
  const Shape& s = y.shape();
  if (s.rank() != 2 || s[1] == 0 || labels.shape() != Shape{s[0]}) {
    throw ShapeError("radial_basis_loss: distances {} are not [n, classes] with labels {} as [n]", s,
                     labels.shape());
  }
  if (!(j > 0)) throw UsageError("radial_basis_loss: j is above 0, not {}", j);
  const int64_t classes = s[1];
  const int32_t* label = labels.data<int32_t>();
  double total = 0;
  for (int64_t i = 0; i < s[0]; ++i) {
    if (label[i] < 0 || label[i] >= classes) {
      throw DataError("radial_basis_loss: label {} at place {}, with {} classes", label[i], i,
                      classes);
    }
    const real* sample = y.value().data() + i * classes;
    total += sample[label[i]] + log_sum(sample, classes, j);
  }
  return record("radial_basis_loss", Tensor::full({}, weight * total), {y},
                [=, y = y.value()](const Tensor& dy, InputGrads& dx) {
    const Sink d = dx.into(0);
    const double factor = weight * dy.item();
    const int32_t* wanted = labels.data<int32_t>();
    for (int64_t i = 0; i < y.size(0); ++i) {
      const real* sample = y.data() + i * classes;
      const double shift = log_sum(sample, classes, j);
      for (int64_t c = 0; c < classes; ++c) {
        real& to = d.data()[i * classes + c];
        const double slope = (c == wanted[i] ? 1 : 0) - std::exp(-double{sample[c]} - shift);
        to = static_cast<real>((d.beta == 0 ? 0 : double{d.beta} * to) + factor * slope);
      }
    }
  });
}

}  // namespace reprise
