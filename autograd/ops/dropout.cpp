#include "autograd/ops.h"
#include "core/error.h"
#include "core/kernels.h"

namespace reprise {

// y = x keep / (1 − p):  dx = dy keep / (1 − p), keep computed again from the key
Variable dropout(const Variable& x, double p, RandomKey key, const Tensor& places) {
  if (!(p >= 0 && p < 1)) throw UsageError("dropout: p is in [0, 1), not {}", p);
  const int64_t rows = x.shape().rows(), cols = x.shape().cols();
  if (places.defined() && places.numel() != rows) {
    throw ShapeError("dropout: {} places for the {} rows of {}", places.numel(), rows, x.shape());
  }
  if (p == 0) return x;
  const auto apply = [=, p = static_cast<real>(p)](const Tensor& in, real beta, real* dst) {
    const int32_t* place = places.defined() ? places.data<int32_t>() : nullptr;
    kernels::dropout(rows, cols, p, key, place, in.data(), beta, dst);
  };
  Tensor y = Tensor::empty(x.shape());
  apply(x.value(), 0, y.data());
  return record("dropout", y, {x}, [apply](const Tensor& dy, InputGrads& dx) {
    const Sink d = dx.into(0);
    apply(dy, d.beta, d.data());
  });
}

}  // namespace reprise
