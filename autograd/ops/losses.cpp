#include <algorithm>
#include <cmath>

#include "autograd/ops.h"
#include "autograd/ops/loops.h"
#include "core/error.h"
#include "core/kernels.h"

namespace reprise {

// y = w Σᵢ wᵢ (logsumexp(xᵢ) − xᵢ[labelᵢ]):  dxᵢ = w wᵢ dy (softmax(xᵢ) − onehot(labelᵢ))
Variable cross_entropy(const Variable& logits, const Tensor& labels, double weight,
                       const Tensor& row_weights) {
  const Shape& s = logits.shape();
  if (s.rank() != 2 || labels.shape() != Shape{s[0]}) {
    throw ShapeError("cross_entropy: logits {} are not [n, classes] with labels {} as [n]", s,
                     labels.shape());
  }
  if (row_weights.defined() && row_weights.shape() != Shape{s[0]}) {
    throw ShapeError("cross_entropy: row weights {} are not [n] for logits {}", row_weights.shape(), s);
  }
  const int32_t* label = labels.data<int32_t>();
  for (int64_t i = 0; i < s[0]; ++i) {
    if (label[i] < 0 || label[i] >= s[1]) {
      throw DataError("cross_entropy: label {} at place {}, with {} classes", label[i], i, s[1]);
    }
  }
  Tensor losses = Tensor::empty({s[0]}), lse = Tensor::empty({s[0]});
  kernels::cross_entropy_forward(s[0], s[1], logits.value().data(), label, losses.data(), lse.data());
  if (row_weights.defined()) losses = mul(Variable(losses), Variable(row_weights)).value();
  Tensor y = Tensor::full({}, weight * kernels::sum(s[0], losses.data()));
  return record("cross_entropy", y, {logits},
                [=, x = logits.value()](const Tensor& dy, InputGrads& dx) {
    Tensor scale = Tensor::full({x.size(0)}, weight * dy.item());
    if (row_weights.defined()) scale = mul(Variable(scale), Variable(row_weights)).value();
    const auto write = [&](const Sink& d) {
      kernels::cross_entropy_backward(x.size(0), x.size(1), x.data(), labels.data<int32_t>(),
                                      lse.data(), scale.data(), d.beta, d.data());
    };
    // Logits of a large vocabulary are the largest tensor of a step. Where nobody else looks at them,
    // in the last run of this closure, their gradient takes their place.
    if (dx.repeated() || !x.unique()) return write(dx.into(0));
    write(Sink(x, 0));
    dx.pass(0, x);
  });
}

// y = w Σ (x − t)²:  dx = 2 w dy (x − t)
Variable squared_error(const Variable& x, const Tensor& target, double weight) {
  if (x.shape() != target.shape()) {
    throw ShapeError("squared_error: prediction {} and target {} differ", x.shape(), target.shape());
  }
  const real *px = x.value().data(), *pt = target.data();
  const double total = loops::sum(target.numel(), [=](int64_t i) {
    const double difference = double{px[i]} - double{pt[i]};
    return difference * difference;
  });
  return record("squared_error", Tensor::full({}, weight * total), {x},
                [=, x = x.value()](const Tensor& dy, InputGrads& dx) {
    const Sink d = dx.into(0);
    const real factor = static_cast<real>(2 * weight * dy.item());
    const real *p = x.data(), *t = target.data();
    loops::contribute(x.numel(), d.beta, d.data(), [=](int64_t i) { return factor * (p[i] - t[i]); });
  });
}

// y = w Σ (log(1 + e^x) − t x):  dx = w dy (σ(x) − t)
Variable binary_cross_entropy(const Variable& logits, const Tensor& target, double weight) {
  if (logits.shape() != target.shape()) {
    throw ShapeError("binary_cross_entropy: logits {} and target {} differ", logits.shape(), target.shape());
  }
  const real *px = logits.value().data(), *pt = target.data();
  const double total = loops::sum(target.numel(), [=](int64_t i) {
    const double x = double{px[i]};  // log(1 + e^x) without e^x of a large x
    return std::max(x, 0.0) + std::log1p(std::exp(-std::abs(x))) - double{pt[i]} * x;
  });
  return record("binary_cross_entropy", Tensor::full({}, weight * total), {logits},
                [=, x = logits.value()](const Tensor& dy, InputGrads& dx) {
    const Sink d = dx.into(0);
    const double factor = weight * dy.item();
    const real *p = x.data(), *t = target.data();
    loops::contribute(x.numel(), d.beta, d.data(), [=](int64_t i) {
      return static_cast<real>(factor * (1 / (1 + std::exp(-double{p[i]})) - double{t[i]}));
    });
  });
}

}  // namespace reprise
