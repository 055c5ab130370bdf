#include "autograd/ops.h"
#include "autograd/ops/checks.h"
#include "autograd/ops/loops.h"
#include "core/error.h"
#include "core/kernels.h"

namespace reprise {

namespace {

// x seen as [outer, n, inner] around dimension dim.
struct Around {
  int64_t outer = 1, n = 1, inner = 1;
  Shape without;  // x's shape without dim
};

Around around(std::string_view op, const Shape& shape, int dim) {
  const int at = dimension(op, shape, dim);
  Around a;
  std::vector<int64_t> rest;
  for (int d = 0; d < shape.rank(); ++d) {
    (d < at ? a.outer : d == at ? a.n : a.inner) *= shape[d];
    if (d != at) rest.push_back(shape[d]);
  }
  a.without = Shape(std::span<const int64_t>(rest));
  return a;
}

}  // namespace

// y = Σ x:  dx = dy everywhere
Variable sum(const Variable& x) {
  Tensor y = Tensor::full({}, kernels::sum(x.value().numel(), x.value().data()));
  return record("sum", y, {x}, [n = x.value().numel()](const Tensor& dy, InputGrads& dx) {
    const Sink d = dx.into(0);
    loops::contribute(n, d.beta, d.data(), [g = dy.data()[0]](int64_t) { return g; });
  });
}

Variable mean(const Variable& x) {
  if (x.value().numel() == 0) throw ShapeError("mean: of no elements, shape {}", x.shape());
  return scale(sum(x), 1.0 / static_cast<double>(x.value().numel()));
}

// y[o, i] = Σ_k x[o, k, i]:  dx[o, k, i] = dy[o, i]
Variable sum(const Variable& x, int dim) {
  const Around a = around("sum", x.shape(), dim);
  Tensor y = Tensor::empty(a.without);
  const real* px = x.value().data();
  loops::contribute(a.outer * a.inner, 0, y.data(), [=](int64_t j) {
    const real* first = px + j / a.inner * a.n * a.inner + j % a.inner;
    double total = 0;
    for (int64_t k = 0; k < a.n; ++k) total += first[k * a.inner];
    return static_cast<real>(total);
  });
  return record("sum", y, {x}, [a](const Tensor& dy, InputGrads& dx) {
    const Sink d = dx.into(0);
    const real* g = dy.data();
    loops::contribute(a.outer * a.n * a.inner, d.beta, d.data(), [=](int64_t j) {
      return g[j / (a.n * a.inner) * a.inner + j % a.inner];
    });
  });
}

Variable mean(const Variable& x, int dim) {
  const Around a = around("mean", x.shape(), dim);
  if (a.n == 0) throw ShapeError("mean: of no elements, dimension {} of {}", dim, x.shape());
  return scale(sum(x, dim), 1.0 / static_cast<double>(a.n));
}

}  // namespace reprise
