// The activations that a config can name.
#pragma once

#include <string>
#include <vector>

#include "autograd/ops.h"

namespace reprise {

// Hugging Face's names: gelu is the exact form, gelu_new and gelu_pytorch_tanh its tanh form;
// scaled_tanh is LeCun's. Throws ConfigError for an unknown name.
Activation activation_named(const std::string& name);
std::vector<std::string> activation_names();

}  // namespace reprise
