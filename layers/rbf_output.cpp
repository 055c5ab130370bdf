#include "layers/rbf_output.h"

#include "autograd/ops.h"
#include "core/error.h"
#include "layers/digit_codes.h"

namespace reprise {

RbfOutput::RbfOutput() : codes_(digit_codes()) {}

Variable RbfOutput::forward(const Context&, const Variable& x) const {
  return radial_basis(x, codes_);
}

Shape RbfOutput::output_shape(const Shape& input) const {
  const Shape wanted{codes_.size(1)};
  if (input != wanted) {
    throw ShapeError("rbf_output: its input is {}, the size of a digit's code; this one is {}", wanted,
                     input);
  }
  return {codes_.size(0)};
}

}  // namespace reprise
