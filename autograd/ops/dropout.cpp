#include "autograd/ops.h"
#include "autograd/ops/checks.h"
#include "core/kernels.h"

namespace reprise {

// y = x keep / (1 − p):  dx = dy keep / (1 − p), keep computed again from the key
Variable dropout(const Variable& x, const DropoutOptions& options) {
  check_dropout("dropout", x.shape(), options);
  if (options.p == 0) return x;
  const int64_t rows = x.shape().rows(), cols = x.shape().cols();
  const auto apply = [=](const Tensor& in, real beta, real* dst) {
    kernels::dropout(rows, cols, static_cast<real>(options.p), options.key, places_of(options),
                     in.data(), beta, dst);
  };
  Tensor y = Tensor::empty(x.shape());
  apply(x.value(), 0, y.data());
  return record("dropout", y, {x}, [apply](const Tensor& dy, InputGrads& dx) {
    const Sink d = dx.into(0);
    apply(dy, d.beta, d.data());
  });
}

}  // namespace reprise
