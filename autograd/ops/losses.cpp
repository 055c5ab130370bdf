#include "autograd/ops.h"
#include "autograd/ops/loops.h"
#include "core/error.h"
#include "core/kernels.h"

namespace reprise {

// y = w Σᵢ (logsumexp(xᵢ) − xᵢ[labelᵢ]):  dxᵢ = w dy (softmax(xᵢ) − onehot(labelᵢ))
Variable cross_entropy(const Variable& logits, const Tensor& labels, double weight) {
  const Shape& s = logits.shape();
  if (s.rank() != 2 || labels.shape() != Shape{s[0]}) {
    throw ShapeError("cross_entropy: logits {} are not [n, classes] with labels {} as [n]", s,
                     labels.shape());
  }
  const int32_t* label = labels.data<int32_t>();
  for (int64_t i = 0; i < s[0]; ++i) {
    if (label[i] < 0 || label[i] >= s[1]) {
      throw DataError("cross_entropy: label {} at place {}, with {} classes", label[i], i, s[1]);
    }
  }
  Tensor losses = Tensor::empty({s[0]}), lse = Tensor::empty({s[0]});
  kernels::cross_entropy_forward(s[0], s[1], logits.value().data(), label, losses.data(), lse.data());
  Tensor y = Tensor::full({}, weight * kernels::sum(s[0], losses.data()));
  return record("cross_entropy", y, {logits},
                [=, x = logits.value()](const Tensor& dy, InputGrads& dx) {
    const Tensor scale = Tensor::full({x.size(0)}, weight * dy.item());
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
  const double total = parallel_sum(target.numel(), loops::kGrain, [&](int64_t begin, int64_t end) {
    double part = 0;
    for (int64_t i = begin; i < end; ++i) {
      const double difference = double{px[i]} - double{pt[i]};
      part += difference * difference;
    }
    return part;
  });
  return record("squared_error", Tensor::full({}, weight * total), {x},
                [=, x = x.value()](const Tensor& dy, InputGrads& dx) {
    const Sink d = dx.into(0);
    const real factor = static_cast<real>(2 * weight * dy.item());
    const real *p = x.data(), *t = target.data();
    loops::contribute(x.numel(), d.beta, d.data(), [=](int64_t i) { return factor * (p[i] - t[i]); });
  });
}

}  // namespace reprise
