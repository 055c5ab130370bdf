// Dropout. Srivastava et al. 2014.
#pragma once

#include "autograd/context.h"
#include "autograd/ops.h"

namespace reprise {

class Dropout {
 public:
  explicit Dropout(double p) : p_(p) {}

  // x [rows, width]; places [rows] i32 say where each row stands in the step (see ops.h). The identity
  // outside training. Each call site has its own place in the context, so sharing weights never shares
  // dropout masks.
  Variable forward(const Context& context, const Variable& x, const Tensor& places) const;
  // The same for an op that contains the dropout.
  DropoutOptions options(const Context& context, const Tensor& places) const;
  double p() const { return p_; }

 private:
  double p_;
};

}  // namespace reprise
