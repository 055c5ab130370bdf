#include "layers/dropout.h"

#include "autograd/ops.h"

namespace reprise {

Variable Dropout::forward(const Context& context, const Variable& x, const Tensor& places) const {
  return context.training && p_ > 0 ? dropout(x, p_, context.random, places) : x;
}

}  // namespace reprise
