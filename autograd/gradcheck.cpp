#include "autograd/gradcheck.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <memory>
#include <type_traits>

#include "autograd/ops.h"
#include "core/rng.h"

namespace reprise {

namespace {

static_assert(std::is_same_v<real, double>, "gradients are checked in the double build");

constexpr int kCalls = 2;

// Gradients below it count as it: where the true gradient is 0, rounding isn't an error of 100 %.
constexpr double kFloor = 1e-3;

// The differences' step. Their error is about step⁴/30 · f⁽⁵⁾ + 1e-16/step · |f|: near 1e-12 of f.
constexpr double kStep = 1e-3;

// The weights w of one call's loss: away from 0, either sign.
Tensor weights(const Shape& shape, uint64_t seed, int call) {
  Tensor w = Tensor::empty(shape);
  fill_uniform(w, RandomKey(seed).at(call), -1, 1);
  for (real& value : w.values()) value += std::copysign(0.5, value);
  return w;
}

class Check {
 public:
  Check(const Function& f, const std::vector<Tensor>& inputs, uint64_t seed)
      : f_(f), inputs_(inputs), seed_(seed) {
    const Tensor y = f_(constants()).value();
    for (real value : y.values()) scale_ = std::max(scale_, std::abs(value));
  }

  GradcheckResult run() {
    for (size_t i = 0; i < inputs_.size(); ++i) numeric_.push_back(differences(i));
    compare_leaves();
    compare_parameters();
    for (size_t i = 0; i < inputs_.size(); ++i) compare_alone(i);
    return result_;
  }

 private:
  // ---- numeric: plain loops, none of the ops under test but f itself

  std::vector<Variable> constants() const {
    std::vector<Variable> variables;
    for (const Tensor& input : inputs_) variables.emplace_back(input);
    return variables;
  }

  double loss_value() const {
    long double loss = 0;
    for (int call = 0; call < kCalls; ++call) {
      const Tensor y = f_(constants()).value();
      const Tensor w = weights(y.shape(), seed_, call);
      for (int64_t i = 0; i < y.numel(); ++i) loss += w.data()[i] * std::tanh(y.data()[i] / scale_);
    }
    return static_cast<double>(loss);
  }

  // The five-point rule: (l(−2h) − 8 l(−h) + 8 l(h) − l(2h)) / 12h.
  Tensor differences(size_t input) const {
    Tensor gradient = Tensor::empty(inputs_[input].shape());
    for (int64_t i = 0; i < gradient.numel(); ++i) {
      real& x = inputs_[input].data()[i];
      const real at = x;
      const auto loss = [&](double steps) {
        x = at + steps * kStep;
        return loss_value();
      };
      const double difference = loss(-2) - 8 * loss(-1) + 8 * loss(1) - loss(2);
      x = at;
      gradient.data()[i] = difference / (12 * kStep);
    }
    return gradient;
  }

  // ---- analytic: the same loss on a tape

  // inputs_of(call) gives the Variables of each call.
  template <class InputsOf>
  void backward(Tape& tape, const InputsOf& inputs_of) const {
    Variable loss(Tensor::full({}, 0));
    for (int call = 0; call < kCalls; ++call) {
      const Variable y = f_(inputs_of(call));
      const Variable w(weights(y.shape(), seed_, call));
      loss = add(sum(mul(tanh(scale(y, 1 / scale_)), w)), loss);
    }
    tape.backward(loss);
  }

  void compare_leaves() {
    Tape tape;
    std::vector<Tensor> gradients(inputs_.size());
    std::vector<Variable> leaves;
    for (size_t i = 0; i < inputs_.size(); ++i) {
      leaves.push_back(tape.input(inputs_[i], &gradients[i]));
    }
    backward(tape, [&](int) { return leaves; });
    for (size_t i = 0; i < inputs_.size(); ++i) compare(i, gradients[i], "");
  }

  void compare_parameters() {
    Tape tape;
    std::vector<ParameterPtr> parameters;
    for (const Tensor& input : inputs_) {
      parameters.push_back(std::make_shared<Parameter>(input.shape()));
      parameters.back()->value().copy_from(input);
    }
    backward(tape, [&](int) {
      std::vector<Variable> uses;
      for (const ParameterPtr& parameter : parameters) uses.push_back(tape.bind(parameter));
      return uses;
    });
    for (size_t i = 0; i < inputs_.size(); ++i) {
      const bool reached = parameters[i]->has_gradient();
      compare(i, reached ? parameters[i]->gradient() : Tensor(), " as a Parameter");
    }
  }

  void compare_alone(size_t input) {
    Tape tape;
    Tensor gradient;
    std::vector<Variable> variables = constants();
    variables[input] = tape.input(inputs_[input], &gradient);
    backward(tape, [&](int) { return variables; });
    compare(input, gradient, " alone");
  }

  // ---- verdict

  // An undefined gradient is one of zeros.
  void compare(size_t input, const Tensor& gradient, const char* how) {
    const Tensor& numeric = numeric_[input];
    double largest = kFloor;
    for (real value : numeric.values()) largest = std::max(largest, std::abs(value));
    for (int64_t i = 0; i < numeric.numel(); ++i) {
      const double analytic = gradient.defined() ? gradient.data()[i] : 0;
      double error = std::abs(analytic - numeric.data()[i]) / largest;
      if (std::isnan(error)) error = std::numeric_limits<double>::infinity();
      if (error <= result_.error) continue;
      result_.error = error;
      result_.where = fmt::format("input {}{}, element {}: analytic {:.12g}, numeric {:.12g}",
                                  input, how, i, analytic, numeric.data()[i]);
    }
  }

  const Function& f_;
  std::vector<Tensor> inputs_;  // own copies: they are moved about
  uint64_t seed_;
  double scale_ = 1;
  std::vector<Tensor> numeric_;
  GradcheckResult result_;
};

}  // namespace

GradcheckResult gradcheck(const Function& f, const std::vector<Tensor>& inputs, uint64_t seed) {
  std::vector<Tensor> copies;
  for (const Tensor& input : inputs) copies.push_back(input.clone());
  return Check(f, copies, seed).run();
}

}  // namespace reprise
