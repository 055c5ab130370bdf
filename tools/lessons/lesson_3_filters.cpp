// Lesson 3: a filter is one Parameter, bound at every place.
//
// What makes a convolution of a layer of little windows is sharing, and nothing else: the same
// weights look at every window. With weights for each place it is a *locally connected* layer,
// which does the same multiplications, has many times the parameters, and has to learn the same
// thing again at every place. LeCun et al. 1989 read zip codes with 64,660 connections and 9,760
// parameters; LeNet-5 has 340,908 connections and 60,000 parameters (LeCun et al. 1998).
//
// The task: a noisy signal contains one of two shapes somewhere; which one? In training, the shape
// stands in the left half only. What is learned about it there should hold in the right half as
// well, and it does for the layer that has no choice but to use the same weights there.
#include <algorithm>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "autograd/context.h"
#include "autograd/ops.h"
#include "core/rng.h"
#include "optim/registry.h"
#include "tools/lessons/lesson.h"

namespace reprise {
namespace {

constexpr int64_t kLength = 24;                     // of a signal
constexpr int64_t kWindow = 5;                      // of a filter, and of the shapes
constexpr int64_t kPlaces = kLength - kWindow + 1;  // of the window
constexpr int64_t kSeen = kPlaces / 2;              // training has shapes at the first ones only
constexpr int64_t kFilters = 4;

// ---- The signals

// A quick wave and a slow one, of the same energy and the same mean: neither height nor sum tells
// them apart.
constexpr real kShapes[2][kWindow] = {{1.5, -1.5, 1.5, -1.5, 0}, {1.5, 1.5, -1.5, -1.5, 0}};
constexpr double kNoise = 0.4;

struct Signals {
  Tensor x;       // [n, kLength]
  Tensor labels;  // [n]: which shape
};

// For each place in [begin, end) and each shape, `repeats` signals that differ in their noise.
Signals make_signals(int64_t repeats, int64_t begin, int64_t end, uint64_t seed) {
  const int64_t count = repeats * 2 * (end - begin);
  Signals signals{Tensor::empty({count, kLength}), Tensor::empty({count}, DType::i32)};
  fill_normal(signals.x, RandomKey(seed), 0, kNoise);
  for (int64_t n = 0; n < count; ++n) {
    const auto shape = static_cast<int32_t>(n % 2);
    const int64_t place = begin + n / 2 % (end - begin);
    signals.labels.data<int32_t>()[n] = shape;
    real* at = signals.x.data() + n * kLength + place;
    for (int64_t i = 0; i < kWindow; ++i) at[i] += kShapes[shape][i];
  }
  return signals;
}

// ---- The model

struct Model {
  std::vector<ParameterPtr> filters;  // of each place: [kFilters, kWindow]
  ParameterPtr readout;               // [2, kFilters]

  // The part of each signal that stands at place p is compared with each filter of place p; what the
  // filters find is added up over the places, and the sums decide. With the same filters at every
  // place, this loop is a convolution; a library has a faster op for it, but none that means more.
  Variable forward(const Context& context, const Tensor& x) const {
    Variable found;
    for (int64_t p = 0; p < kPlaces; ++p) {
      const Variable window = narrow(Variable(x), 1, p, kWindow);  // [n, kWindow]
      const Variable here = relu(linear(window, context.bind(filters[p])));
      found = p == 0 ? here : add(found, here);
    }
    return linear(found, context.bind(readout));  // [n, 2]
  }

  // Every Parameter once, however often it is used.
  std::vector<ParameterPtr> parameters() const {
    std::vector<ParameterPtr> all = {readout};
    for (const ParameterPtr& filter : filters) {
      if (std::find(all.begin(), all.end(), filter) == all.end()) all.push_back(filter);
    }
    for (size_t i = 0; i < all.size(); ++i) all[i]->parts()[0].name = fmt::format("weights.{}", i);
    return all;
  }
};

ParameterPtr make_parameter(const Shape& shape, uint64_t seed) {
  auto parameter = std::make_shared<Parameter>(shape);
  fill_normal(parameter->value(), RandomKey(seed), 0, 0.3);
  return parameter;
}

// A Parameter of the same value.
ParameterPtr clone(const ParameterPtr& original) {
  auto copy = std::make_shared<Parameter>(original->shape());
  copy->value().copy_from(original->value());
  return copy;
}

// The convolution: one pointer at every place. The bug is in the line that copies the Parameter
// where the pointer was meant. Such lines hide in code that clones a model, moves it, or reads it
// from a file.
Model convolution(bool bug) {
  const ParameterPtr filters = make_parameter({kFilters, kWindow}, 1);
  Model model{.filters = {}, .readout = make_parameter({2, kFilters}, 2)};
  for (int64_t p = 0; p < kPlaces; ++p) model.filters.push_back(bug ? clone(filters) : filters);
  return model;
}

// Its rival: the same layer with weights of its own at each place.
Model locally_connected() {
  Model model{.filters = {}, .readout = make_parameter({2, kFilters}, 2)};
  for (int64_t p = 0; p < kPlaces; ++p) {
    model.filters.push_back(make_parameter({kFilters, kWindow}, 100 + p));
  }
  return model;
}

// ---- Training and testing

void train(const Model& model, const Signals& signals) {
  constexpr int kSteps = 150;
  OptimizerConfig config;
  config.type = "adam";
  const auto optimizer = make_optimizer(config, model.parameters());
  Tape tape;
  for (int step = 0; step < kSteps; ++step) {
    tape.reset();
    optimizer->clear_gradients();
    const Variable scores = model.forward(Context{.tape = &tape}, signals.x);
    const double mean = 1.0 / static_cast<double>(signals.labels.numel());
    tape.backward(cross_entropy(scores, signals.labels, mean));
    optimizer->step(0.02);
  }
}

double percent_right(const Model& model, const Signals& signals) {
  const Tensor scores = model.forward(Context{}, signals.x).value();
  int right = 0;
  for (int64_t n = 0; n < signals.labels.numel(); ++n) {
    const int says = scores.item(2 * n + 1) > scores.item(2 * n) ? 1 : 0;
    right += says == signals.labels.item(n);
  }
  return 100.0 * right / static_cast<double>(signals.labels.numel());
}

struct Result {
  size_t banks = 0;  // different Parameters among the filters
  int64_t parameters = 0, connections = 0;
  double trained, seen, unseen;  // % right
  std::vector<double> by_place;
};

Result try_out(const Model& model) {
  constexpr int64_t kTraining = 2, kTest = 50;  // signals of a place and a shape
  const Signals training = make_signals(kTraining, 0, kSeen, 10);
  train(model, training);
  Result result{.banks = std::set(model.filters.begin(), model.filters.end()).size(),
                .trained = percent_right(model, training),
                .seen = percent_right(model, make_signals(kTest, 0, kSeen, 11)),
                .unseen = percent_right(model, make_signals(kTest, kSeen, kPlaces, 12)),
                .by_place = {}};
  for (const ParameterPtr& parameter : model.parameters()) result.parameters += parameter->numel();
  for (const ParameterPtr& filter : model.filters) result.connections += filter->numel();
  result.connections += model.readout->numel();
  for (int64_t p = 0; p < kPlaces; ++p) {
    result.by_place.push_back(percent_right(model, make_signals(kTest, p, p + 1, 20 + p)));
  }
  return result;
}

void print_results(const Result& shared, const Result& local) {
  fmt::print("{:37} same filters    filters of\n{:37}  everywhere  each place\n", "", "");
  const auto row = [](const char* what, double a, double b, const char* unit) {
    fmt::print("{:37} {:9.0f}{:2} {:9.0f}{:2}\n", what, a, unit, b, unit);
  };
  const auto number = [&](const char* what, int64_t Result::* member) {
    row(what, static_cast<double>(shared.*member), static_cast<double>(local.*member), "");
  };
  number("parameters", &Result::parameters);
  number("connections (weights, use by use)", &Result::connections);
  row("right in training", shared.trained, local.trained, " %");
  row("right, new signals, shapes at left", shared.seen, local.seen, " %");
  row("right, new signals, shapes at right", shared.unseen, local.unseen, " %");
  fmt::print(
      "\nright by the place of the shape, %. Training has places up to {}; at the others, filters "
      "of each\nplace answer as they happened to start.\n",
      kSeen - 1);
  std::string places = "place      ", first = "everywhere ", second = "each place ";
  for (int64_t p = 0; p < kPlaces; ++p) {
    places += fmt::format("{:4}", p);
    first += fmt::format("{:4.0f}", shared.by_place[p]);
    second += fmt::format("{:4.0f}", local.by_place[p]);
  }
  fmt::print("{}\n{}\n{}\n", places, first, second);
}

// The claim: what the shared filters learn at one place they know at every place; filters of each
// place know only what they have seen.
Verdict check(const Result& shared, const Result& local) {
  constexpr double kKnows = 90, kGuesses = 70;  // % right; 50 is a coin
  if (shared.banks != 1) {
    return {false,
            fmt::format("the filters that should be one Parameter are {}. Training looks fine "
                        "({:.0f} % right), but at places that training hasn't seen {:.0f} % "
                        "are right: each place has learned for itself. To notice it early, "
                        "count: {} parameters instead of {}.",
                        shared.banks, shared.trained, shared.unseen, shared.parameters,
                        kFilters * (kWindow + 2))};
  }
  if (shared.unseen < kKnows || local.trained < kKnows || local.unseen > kGuesses) {
    return {false, "the layers don't differ as they should."};
  }
  return {true, fmt::format("with shapes where training had none, the shared filters are right in "
                            "{:.0f} %, the filters of each place in {:.0f} %, where a coin has 50.",
                            shared.unseen, local.unseen)};
}

Verdict teach(bool bug) {
  const Result shared = try_out(convolution(bug));
  const Result local = try_out(locally_connected());
  print_results(shared, local);
  return check(shared, local);
}

}  // namespace
}  // namespace reprise

int main(int argc, char** argv) {
  return reprise::run_lesson(
      {.name = "lesson_3_filters",
       .teaches =
           "A convolution is one Parameter bound at every place; beside it, a Parameter per place.",
       .bug = "every place gets a copy of the filters where it should get the filters: silent "
              "un-sharing"},
      argc, argv, reprise::teach);
}
