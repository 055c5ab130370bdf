#include "layers/dropout.h"

namespace reprise {

Variable Dropout::forward(const Context& context, const Variable& x, const Tensor& places) const {
  return dropout(x, options(context, places));
}

DropoutOptions Dropout::options(const Context& context, const Tensor& places) const {
  return {.p = context.training ? p_ : 0, .key = context.random, .places = places};
}

}  // namespace reprise
