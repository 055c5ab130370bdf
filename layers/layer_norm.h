// LayerNorm over the last dimension. Ba, Kiros & Hinton 2016.
#pragma once

#include "autograd/context.h"
#include "autograd/ops.h"
#include "layers/collector.h"

namespace reprise {

class LayerNorm {
 public:
  // epsilon is added to the variance: 1e-12 in BERT and ALBERT, where PyTorch's own default is 1e-5.
  LayerNorm(int64_t width, double epsilon);

  Variable forward(const Context& context, const Variable& x) const;  // x [.., width]
  // The norm of dropout(x) + residual, both [.., width]
  Variable forward(const Context& context, const Variable& x, const Variable& residual,
                   const DropoutOptions& dropout) const;
  void collect(Collector& collector, const std::string& path) const;  // <path>.weight, <path>.bias

 private:
  ParameterPtr gain_;  // [width]
  ParameterPtr bias_;  // [width]
  double epsilon_;
};

}  // namespace reprise
