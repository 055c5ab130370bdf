// Which convolution computes: the reference where the reference kernels were asked for.
#include "core/kernels/convolution.h"

#include <type_traits>

#include "core/kernels/isa.h"

namespace reprise::kernels {

namespace {

// In double there are no row kernels but the reference. Convolutions are the fast ones there too: they
// are what gradient checks are for.
bool by_reference() { return std::is_same_v<real, float> && isa() == Isa::reference; }

}  // namespace

void convolution_forward(const ConvolutionShape& s, const real* x, const real* weight,
                         const real* bias, real* y) {
  const auto f = by_reference() ? reference_forward : s.shared ? shared_forward : unshared_forward;
  f(s, x, weight, bias, y);
}

void convolution_backward(const ConvolutionShape& s, const real* x, const real* weight,
                          const real* dy, real beta, real* dx, real beta_weight, real* dweight) {
  const auto f = by_reference() ? reference_backward : s.shared ? shared_backward : unshared_backward;
  f(s, x, weight, dy, beta, dx, beta_weight, dweight);
}

}  // namespace reprise::kernels
