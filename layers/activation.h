// The activations that a config can name, and as layers of their own.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "autograd/ops.h"
#include "core/config.h"
#include "layers/layer.h"

namespace reprise {

// Hugging Face's names: gelu is the exact form, gelu_new and gelu_pytorch_tanh its tanh form;
// scaled_tanh is LeCun's. Throws ConfigError for an unknown name.
Activation activation_named(const std::string& name);
std::vector<std::string> activation_names();

class ActivationLayer : public Layer {
 public:
  explicit ActivationLayer(Activation f) : f_(f) {}

  Variable forward(const Context&, const Variable& x) const override { return activation(x, f_); }
  Shape output_shape(const Shape& input) const override { return input; }

 private:
  Activation f_;
};

template <Activation f>
struct ActivationConfig {
  void fields(Fields&) {}
  Shape output_shape(const Shape& input) const { return input; }
  std::unique_ptr<Layer> make(const Shape&) const { return std::make_unique<ActivationLayer>(f); }
};

}  // namespace reprise
