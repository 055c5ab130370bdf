// Dropout. Srivastava et al. 2014.
#pragma once

#include <memory>

#include "autograd/ops.h"
#include "core/config.h"
#include "layers/layer.h"

namespace reprise {

class Dropout : public Layer {
 public:
  explicit Dropout(double p) : p_(p) {}

  // x [rows, width]; places [rows] i32 say where each row stands in the step (see ops.h). The identity
  // outside training. Each call site has its own place in the context, so sharing weights never shares
  // dropout masks.
  Variable forward(const Context& context, const Variable& x, const Tensor& places) const;
  // x [n, ..]: a sample stands where context.places says.
  Variable forward(const Context& context, const Variable& x) const override;
  Shape output_shape(const Shape& input) const override { return input; }
  // The same for an op that contains the dropout.
  DropoutOptions options(const Context& context, const Tensor& places) const;
  double p() const { return p_; }

 private:
  double p_;
};

struct DropoutConfig {
  double p = 0.5;

  void fields(Fields& f);
  Shape output_shape(const Shape& input) const { return input; }
  std::unique_ptr<Layer> make(const Shape&) const { return std::make_unique<Dropout>(p); }
};

}  // namespace reprise
