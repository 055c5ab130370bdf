#include "layers/dropout.h"

namespace reprise {

Variable Dropout::forward(const Context& context, const Variable& x, const Tensor& places) const {
  return dropout(x, options(context, places));
}

Variable Dropout::forward(const Context& context, const Variable& x) const {
  const DropoutOptions dropped = options(context, context.places);
  if (dropped.p == 0 || x.value().numel() == 0) return x;
  const int64_t n = x.shape()[0];
  return view(dropout(view(x, {n, x.value().numel() / n}), dropped), x.shape());
}

DropoutOptions Dropout::options(const Context& context, const Tensor& places) const {
  return {.p = context.training ? p_ : 0, .key = context.random, .places = places};
}

void DropoutConfig::fields(Fields& f) {
  f("p", p, "share of the numbers that are set to 0 in training").at_least(0).below(1);
}

}  // namespace reprise
