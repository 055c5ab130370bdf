// One row per op and variant. A row is all that a new op needs: its gradients are checked numerically,
// with two uses of every input, and its values against PyTorch if op_goldens.py has the same name.
#pragma once

#include <string>
#include <vector>

#include "autograd/tape.h"

namespace reprise::testing {

using Inputs = std::span<const Variable>;

// What numbers an input holds. `any`: in [-1, 1]; `positive`: in [0.5, 1.5]; `nonzero`: not near 0,
// where there is a kink; `wide`: in [-3, 3]. A row scales its inputs so and not by an op, or the op under
// test would only meet operands that are used once.
enum class Kind { any, positive, nonzero, wide };

struct InputSpec {
  Shape shape;
  Kind kind = Kind::any;
};

struct OpCase {
  std::string name;  // letters, digits, underscores
  Variable (*function)(Inputs);
  std::vector<InputSpec> inputs;
};

const std::vector<OpCase>& op_cases();

// The inputs' numbers: testing.h's pattern, moved as the kind wants.
std::vector<Tensor> make_inputs(const OpCase& op);

}  // namespace reprise::testing
