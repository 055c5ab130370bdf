// Lesson 1: a tape in a page.
//
// How does a program know the derivative of what it has just computed? It keeps a record: each
// number, which numbers it was made from, and how steeply it depends on each of them. Such a record
// is a *tape*. Going back over it, from the result to the inputs, the chain rule gives the
// derivative of the result with respect to every number on the way, for about the price of a second
// evaluation (Linnainmaa 1970; for networks Rumelhart, Hinton & Williams 1986).
//
// This file has a tape of its own, for single numbers, which borrows nothing from the library. It
// differentiates a small expression and trains a small network; Reprise's own Tape does the same
// beside it, and finite differences judge both.
#include <algorithm>
#include <cmath>
#include <string>
#include <utility>
#include <vector>

#include "autograd/ops.h"
#include "tools/lessons/lesson.h"

namespace reprise {
namespace {

// ---- The tape, in a page

class ScalarTape;

// A number that stands on a tape: only its place, the tape has the rest.
struct Scalar {
  ScalarTape* tape;
  int id;
  double value() const;
};

class ScalarTape {
 public:
  explicit ScalarTape(bool bug) : bug_(bug) {}

  // An input of an op, and how steeply the op's result rises with it: d result / d input.
  struct Edge {
    int input;
    double slope;
  };
  struct Node {
    const char* op;
    double value;
    std::vector<Edge> edges;
    double gradient = 0;  // d result / d value, once backward has been here
  };

  // Numbers are appended as they are made, so whatever a node was made from stands before it.
  Scalar append(const char* op, double value, std::vector<Edge> edges = {}) {
    nodes_.push_back({op, value, std::move(edges)});
    return {this, static_cast<int>(nodes_.size()) - 1};
  }

  // Going back, whatever was made from a node comes before it: when we arrive at a node, all of its
  // uses have told it their part. So creation order is all the sorting there is.
  void backward(Scalar result) {
    nodes_[result.id].gradient = 1;
    for (int id = result.id; id >= 0; --id) {
      for (const Edge& edge : nodes_[id].edges) {
        contribute(nodes_[edge.input], nodes_[id].gradient * edge.slope);
      }
    }
  }

  const std::vector<Node>& nodes() const { return nodes_; }

 private:
  // The line that this project is about. A number that is used in several places moves the result
  // by several ways at once, and its gradient is the sum over all of them.
  void contribute(Node& input, double part) const {
    if (bug_) {
      input.gradient = part;  // the classic mistake: right as long as nothing is used twice
    } else {
      input.gradient += part;
    }
  }

  std::vector<Node> nodes_;
  bool bug_;
};

double Scalar::value() const { return tape->nodes()[id].value; }

// An op computes its value and notes its slopes. That is all that there is to a new one.
Scalar add(Scalar a, Scalar b) {
  return a.tape->append("add", a.value() + b.value(), {{a.id, 1}, {b.id, 1}});
}
Scalar mul(Scalar a, Scalar b) {
  return a.tape->append("mul", a.value() * b.value(), {{a.id, b.value()}, {b.id, a.value()}});
}
Scalar tanh(Scalar x) {
  const double y = std::tanh(x.value());
  return x.tape->append("tanh", y, {{x.id, 1 - y * y}});
}
Scalar scale(Scalar x, double c) { return x.tape->append("scale", c * x.value(), {{x.id, c}}); }
Scalar add_scalar(Scalar x, double c) {
  return x.tape->append("add_scalar", x.value() + c, {{x.id, 1}});
}

// ---- What is differentiated: written once, for any kind of number

// The same ops without a tape, for finite differences. Reprise's, on Variables, are in ops.h.
double add(double a, double b) { return a + b; }
double mul(double a, double b) { return a * b; }
double tanh(double x) { return std::tanh(x); }
double scale(double x, double c) { return c * x; }
double add_scalar(double x, double c) { return x + c; }

// f(a, b) = a b + tanh(a a + b): three uses of a, two of b.
struct Expression {
  template <class Number>
  Number operator()(const std::vector<Number>& inputs) const {
    const Number &a = inputs[0], &b = inputs[1];
    const Number product = mul(a, b);
    const Number square = mul(a, a);
    const Number sum = add(square, b);
    return add(product, tanh(sum));
  }
};

// Exclusive or, which no single layer can do: 1 where the signs of the inputs differ, else −1.
struct Example {
  double x[2];
  double target;
};
constexpr Example kXor[] = {{{-1, -1}, -1}, {{-1, 1}, 1}, {{1, -1}, 1}, {{1, 1}, -1}};
constexpr int kExamples = 4;

// Two inputs, three hidden units, one output. Hidden unit h has weights 3h and 3h + 1 and bias 3h +
// 2; the output has weights 9, 10 and 11 and bias 12.
constexpr int kHidden = 3, kWeights = 13;

template <class Number>
Number network(const std::vector<Number>& weights, const Example& example) {
  Number output = weights[4 * kHidden];
  for (int h = 0; h < kHidden; ++h) {
    const Number* unit = &weights[3 * h];
    const Number left = scale(unit[0], example.x[0]);
    const Number both = add(left, scale(unit[1], example.x[1]));
    output = add(output, mul(weights[3 * kHidden + h], tanh(add(both, unit[2]))));
  }
  return output;
}

// The mean squared error over the examples. Each of them uses every weight: a batch, too, is weight
// sharing, and its gradient is the sum over its examples.
struct Loss {
  template <class Number>
  Number operator()(const std::vector<Number>& weights) const {
    std::vector<Number> losses;
    for (const Example& example : kXor) {
      const Number error = add_scalar(network(weights, example), -example.target);
      const Number squared = mul(error, error);
      losses.push_back(losses.empty() ? squared : add(losses.back(), squared));
    }
    return scale(losses.back(), 1.0 / kExamples);
  }
};

// ---- Three ways to a gradient

using Numbers = std::vector<double>;

// Appends the inputs and then what f computes from them, and goes back from its result.
template <class Function>
void differentiate(ScalarTape& tape, const Function& f, const Numbers& at) {
  std::vector<Scalar> inputs;
  for (const double value : at) inputs.push_back(tape.append("input", value));
  tape.backward(f(inputs));
}

template <class Function>
Numbers by_our_tape(const Function& f, const Numbers& at, bool bug) {
  ScalarTape tape(bug);
  differentiate(tape, f, at);
  Numbers gradients;
  for (size_t i = 0; i < at.size(); ++i) gradients.push_back(tape.nodes()[i].gradient);
  return gradients;
}

// Slopes of chords. Exact up to about 1e-10 here, but every input needs two evaluations of its own:
// a judge, not a way to train.
template <class Function>
Numbers by_finite_differences(const Function& f, const Numbers& at) {
  constexpr double kStep = 1e-5;
  Numbers gradients;
  for (size_t i = 0; i < at.size(); ++i) {
    Numbers more = at, less = at;
    more[i] += kStep;
    less[i] -= kStep;
    gradients.push_back((f(more) - f(less)) / (2 * kStep));
  }
  return gradients;
}

// Reprise's Tape, on tensors of a single element in float32. Its gradients land in the Parameters.
template <class Function>
Numbers by_reprise(const Function& f, const Numbers& at) {
  Tape tape;
  std::vector<ParameterPtr> parameters;
  std::vector<Variable> inputs;
  for (const double value : at) {
    parameters.push_back(std::make_shared<Parameter>(Shape{}));
    parameters.back()->value().fill(value);
    inputs.push_back(tape.bind(parameters.back()));
  }
  tape.backward(f(inputs));
  Numbers gradients;
  for (const ParameterPtr& parameter : parameters) {
    gradients.push_back(parameter->gradient().item());
  }
  return gradients;
}

struct Gradients {
  Numbers ours, chords, reprise;
};

template <class Function>
Gradients all_gradients(const Function& f, const Numbers& at, bool bug) {
  return {by_our_tape(f, at, bug), by_finite_differences(f, at), by_reprise(f, at)};
}

// ---- The lesson

void print_tape(const Numbers& at, bool bug) {
  ScalarTape tape(bug);
  differentiate(tape, Expression{}, at);
  fmt::print(
      "f(a, b) = a b + tanh(a a + b) on the tape, and the gradients that went back over it:\n"
      "  id  op     made from    value   gradient\n");
  for (size_t id = 0; id < tape.nodes().size(); ++id) {
    const ScalarTape::Node& node = tape.nodes()[id];
    std::string inputs;
    for (const ScalarTape::Edge& edge : node.edges) inputs += fmt::format("{} ", edge.input);
    fmt::print("  {:2}  {:5}  {:9}  {:7.4f}   {:7.4f}\n", id, node.op, inputs, node.value,
               node.gradient);
  }
}

void print_slopes(const Gradients& slopes) {
  fmt::print("\n         this tape  finite differences  Reprise\n");
  for (const int i : {0, 1}) {
    fmt::print("  df/d{}    {:7.4f}             {:7.4f}  {:7.4f}\n", i == 0 ? 'a' : 'b',
               slopes.ours[i], slopes.chords[i], slopes.reprise[i]);
  }
}

// Gradient descent with our tape's gradients; changes the weights and returns the final loss.
double train(Numbers& weights, bool bug) {
  constexpr int kSteps = 100, kShownEvery = 20;
  constexpr double kRate = 0.1;
  std::string steps = "  step", losses = "  loss";
  for (int step = 0; step <= kSteps; ++step) {
    if (step % kShownEvery == 0) {
      steps += fmt::format("  {:6}", step);
      losses += fmt::format("  {:6.4f}", Loss{}(weights));
    }
    const Numbers gradient = by_our_tape(Loss{}, weights, bug);
    for (int i = 0; i < kWeights; ++i) weights[i] -= kRate * gradient[i];
  }
  fmt::print("\nA network of {} weights learns exclusive or; each weight is used by {} examples:\n"
             "{}\n{}\n",
             kWeights, kExamples, steps, losses);
  for (const Example& example : kXor) {
    fmt::print("  {:2} {:2}  wanted {:2}, says {:7.4f}\n", example.x[0], example.x[1],
               example.target, network(weights, example));
  }
  return Loss{}(weights);
}

double largest_difference(const Numbers& a, const Numbers& b) {
  double largest = 0;
  for (size_t i = 0; i < a.size(); ++i) largest = std::max(largest, std::abs(a[i] - b[i]));
  return largest;
}

// The claim: going back over the tape gives every derivative. Finite differences must agree to what
// they can resolve, Reprise to the rounding of float32; and what follows the gradients must learn.
Verdict check(const Numbers& at, const Gradients& slopes, const Gradients& weights, double loss) {
  const double chords = std::max(largest_difference(slopes.ours, slopes.chords),
                                 largest_difference(weights.ours, weights.chords));
  const double reprise = std::max(largest_difference(slopes.ours, slopes.reprise),
                                  largest_difference(weights.ours, weights.reprise));
  if (chords < 1e-8 && reprise < 1e-5 && loss < 0.01) {
    return {true,
            fmt::format("{} gradients agree with finite differences to {:.0e} and with Reprise "
                        "to {:.0e}, and the network has learned.",
                        slopes.ours.size() + weights.ours.size(), chords, reprise)};
  }
  std::string sentence = fmt::format(
      "df/da is {:.4f} on this tape, {:.4f} by finite differences. The {} gradients of the network "
      "are wrong by up to {:.2f}, and its loss ends at {:.4f}.",
      slopes.ours[0], slopes.chords[0], kWeights, largest_difference(weights.ours, weights.chords),
      loss);
  if (slopes.ours[0] == at[1]) {  // b: the part of a b, the first use of a
    sentence +=
        " The former is b, the part of one of a's three uses: it has overwritten the others where it "
        "should have been added to them. Without a second use nothing would have shown.";
  }
  return {false, sentence};
}

Verdict teach(bool bug) {
  const Numbers at = {0.8, -0.3};
  print_tape(at, bug);
  const Gradients slopes = all_gradients(Expression{}, at, bug);
  print_slopes(slopes);

  Numbers weights;
  for (int i = 0; i < kWeights; ++i) weights.push_back(std::sin(1 + 2.3 * i));
  const Gradients of_weights = all_gradients(Loss{}, weights, bug);
  const double loss = train(weights, bug);
  return check(at, slopes, of_weights, loss);
}

}  // namespace
}  // namespace reprise

int main(int argc, char** argv) {
  return reprise::run_lesson(
      {.name = "lesson_1_tape",
       .teaches =
           "How a program differentiates what it computes: a tape for single numbers, in a page.",
       .bug = "in backward, a number's second use overwrites what the first has contributed"},
      argc, argv, reprise::teach);
}
