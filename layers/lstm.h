// Lstm: layers of LSTM one upon the other (see lstm in autograd/ops.h). Each layer has one set of
// weights, used at every time step: sharing across time.
//
// T time steps of B sequences, time first; H numbers of state a layer.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "autograd/context.h"
#include "layers/collector.h"
#include "layers/dropout.h"

namespace reprise {

// What one stretch of the sequences hands to the next. Constants: gradients end here.
struct LstmState {
  Tensor h, c;  // [layers, B, H] each; undefined: zeros, as at the beginning of a text
};

class Lstm {
 public:
  // dropout: of the input of every layer but the first, in training (Zaremba et al. 2014).
  Lstm(int64_t in, int64_t hidden, int64_t layers, double dropout);

  struct Result {
    Variable output;  // [T, B, H], of the last layer
    LstmState state;  // after the last step
  };
  // x [T, B, in]; places [T · B] or undefined, for dropout (see ops.h). Throws ShapeError for a state
  // of other sizes.
  Result forward(const Context& context, const Variable& x, const LstmState& state,
                 const Tensor& places = {}) const;

  // Adds <path>.weight_ih_l0, .weight_hh_l0, .bias_ih_l0, .bias_hh_l0, …_l1, …: PyTorch's names. They
  // start uniform within ± range, PyTorch's 1/√H unless given.
  void collect(Collector& collector, const std::string& path, std::optional<double> range = {}) const;

 private:
  struct Layer {
    ParameterPtr weight_ih, weight_hh, bias_ih, bias_hh;  // see LstmWeights
  };

  int64_t hidden_;
  Dropout dropout_;
  std::vector<Layer> layers_;
};

}  // namespace reprise
