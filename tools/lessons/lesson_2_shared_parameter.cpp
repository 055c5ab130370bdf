// Lesson 2: one Parameter, used many times.
//
// Sharing weights is copying a pointer. The model below is a chain of blocks
//     x ← x + tanh(x Wᵀ)
// and whether its blocks share their matrix or have one each is decided by a list of pointers:
// twelve times the same one, or twelve different ones. Nothing else in the program knows.
//
// What follows from that:
//  - A use is not the Parameter. Each bind() appends a *use site* to the tape; all of them lead to
//    the Parameter's one gradient, and each adds its part.
//  - So the gradient of a shared matrix is the sum of the gradients that its uses would have as
//    matrices of their own (their *twins*).
//  - Memory for weights, gradients and the optimizer's moments is divided by the number of uses.
//    Work is not, nor are activations: every use multiplies again, and keeps its own input for
//    backward.
#include <cmath>
#include <memory>
#include <string>
#include <vector>

#include "autograd/ops.h"
#include "core/gemm.h"
#include "core/rng.h"
#include "core/timing.h"
#include "optim/registry.h"
#include "tools/lessons/lesson.h"

namespace reprise {
namespace {

constexpr int64_t kRows = 64;    // of the input: examples
constexpr int64_t kWidth = 192;  // of every block
constexpr int kMostUses = 12;    // ALBERT-base uses its one layer as often

// ---- An op, with its backward

// y = x Wᵀ:  dx = dy W,  dW = dyᵀ x;  x [kRows, kWidth], W [kWidth, kWidth]
//
// The library has this op (`linear`); it stands here in full because of its `beta`. A backward is
// told where a gradient goes (`data`) and what to do with what is there already: beta is 0 for the
// first contribution and 1 for all others, and every kernel computes
//     data = beta · data + contribution
Variable project(const Variable& x, const Variable& w, bool bug) {
  constexpr auto no = Transpose::no, yes = Transpose::yes;
  constexpr int64_t n = kWidth;
  Tensor y = Tensor::empty({kRows, n});
  gemm(no, yes, kRows, n, n, x.value().data(), n, w.value().data(), n, 0, y.data(), n);
  return record("project", y, {x, w},
                [bug, x = x.value(), w = w.value()](const Tensor& dy, InputGrads& dx) {
    if (dx.wants(0)) {
      const Sink to = dx.into(0);
      gemm(no, no, kRows, n, n, dy.data(), n, w.data(), n, to.beta, to.data(), n);
    }
    if (dx.wants(1)) {
      const Sink to = dx.into(1);
      const real beta = bug ? 0 : to.beta;  // 0 every time: right for a matrix that is used once
      gemm(yes, no, n, n, kRows, dy.data(), n, x.data(), n, beta, to.data(), n);
    }
  });
}

// ---- The chain, shared or not

using Parameters = std::vector<ParameterPtr>;  // the matrix of each block

ParameterPtr make_matrix() {
  auto matrix = std::make_shared<Parameter>(Shape{kWidth, kWidth});
  fill_normal(matrix->value(), RandomKey(1), 0, 0.05);
  return matrix;
}

// The two models of this lesson. All matrices start with the same numbers.
Parameters shared(int uses) { return Parameters(uses, make_matrix()); }
Parameters unshared(int uses) {
  Parameters twins;
  for (int use = 0; use < uses; ++use) twins.push_back(make_matrix());
  return twins;
}

Tensor random(uint64_t seed) {
  Tensor tensor = Tensor::empty({kRows, kWidth});
  fill_normal(tensor, RandomKey(seed), 0, 1);
  return tensor;
}

// One forward and backward pass. The gradients are in the Parameters then; returns the loss.
double run(Tape& tape, const Parameters& matrices, bool bug) {
  Variable x(random(2));
  for (const ParameterPtr& matrix : matrices) x = add(x, tanh(project(x, tape.bind(matrix), bug)));
  const Variable loss = squared_error(x, random(3), 0.5 / (kRows * kWidth));
  tape.backward(loss);
  return loss.value().item();
}

// ---- Gradients: the sum over all uses

double dot(const Tensor& a, const Tensor& b) {
  double sum = 0;
  for (int64_t i = 0; i < a.numel(); ++i) sum += a.item(i) * b.item(i);
  return sum;
}
double norm(const Tensor& a) { return std::sqrt(dot(a, a)); }
Tensor difference(const Tensor& a, const Tensor& b) {
  return sub(Variable(a), Variable(b)).value();
}

struct Comparison {
  int uses;
  double shared, twins;  // norms of the shared gradient and of the sum over the twins
  double off;            // the norm of their difference, relative to the twins'
};

Comparison compare(int uses, bool bug) {
  const Parameters one = shared(uses), many = unshared(uses);
  Tape tape, twins_tape;
  run(tape, one, bug);
  run(twins_tape, many, bug);
  Variable sum(Tensor::zeros({kWidth, kWidth}));
  for (const ParameterPtr& twin : many) sum = add(sum, Variable(twin->gradient()));
  const Tensor& gradient = one[0]->gradient();
  return {uses, norm(gradient), norm(sum.value()),
          norm(difference(gradient, sum.value())) / norm(sum.value())};
}

std::vector<Comparison> compare_gradients(bool bug) {
  std::vector<Comparison> rows;
  fmt::print("uses   gradient, shared   sum of the twins'   difference\n");
  for (const int uses : {1, 2, kMostUses}) {
    const Comparison& row = rows.emplace_back(compare(uses, bug));
    fmt::print("{:4} {:18.4f} {:19.4f} {:12.1e}\n", uses, row.shared, row.twins, row.off);
  }
  return rows;
}

// ---- What each use contributed

struct Parts {
  double sum_off;    // from the sum of the parts to the gradient, relative to the sum
  double first_off;  // from the part of use 0 to the gradient, relative to the part
};

// The tape shows the part of every use by itself to whoever asks, without changing the gradient. A
// part's share is its length along the sum; the shares add up to 100 %.
Parts show_parts(bool bug) {
  const Parameters one = shared(kMostUses);
  std::vector<Tensor> parts(kMostUses);
  Tape tape;
  tape.observe(*one[0], [&](int use, const Tensor& part) { parts[use] = part.clone(); });
  run(tape, one, bug);
  Variable sum(Tensor::zeros({kWidth, kWidth}));
  for (const Tensor& part : parts) sum = add(sum, Variable(part));
  const Tensor& total = sum.value();

  std::string uses = "use", norms = "norm of its part", cosines = "cosine with the sum",
              shares = "share of the sum, %";
  for (std::string* line : {&uses, &norms, &cosines, &shares}) line->resize(20, ' ');
  for (int use = 0; use < kMostUses; ++use) {
    const double along = dot(parts[use], total) / norm(total);
    uses += fmt::format("{:6}", use);
    norms += fmt::format("{:6.2f}", norm(parts[use]));
    cosines += fmt::format("{:6.2f}", along / norm(parts[use]));
    shares += fmt::format("{:6.1f}", 100 * along / norm(total));
  }
  fmt::print("\n{} uses, one by one (0 is next to the input):\n{}\n{}\n{}\n{}\n", kMostUses, uses,
             norms, cosines, shares);
  const Tensor& gradient = one[0]->gradient();
  return {norm(difference(gradient, total)) / norm(total),
          norm(difference(gradient, parts[0])) / norm(parts[0])};
}

// ---- What is saved, and what isn't

struct Cost {
  int64_t weights, gradients, moments, activations;  // bytes; the most at one time
  double seconds;                                    // of a step, typically
};

// Trains for a few steps. `stepped` has every Parameter once, however often it is used.
Cost measure(const Parameters& matrices, const Parameters& stepped, bool bug) {
  OptimizerConfig config;
  config.type = "adam";
  for (size_t i = 0; i < stepped.size(); ++i) stepped[i]->parts()[0].name = fmt::format("w{}", i);
  const auto optimizer = make_optimizer(config, stepped);
  Tape tape;
  reset_peak_memory();
  const double seconds = typical_seconds([&] {
    optimizer->clear_gradients();
    tape.reset();
    run(tape, matrices, bug);
    optimizer->step(1e-4);
  });
  const auto& peak = memory_use().peak;
  const auto bytes = [&](Purpose purpose) { return peak[static_cast<size_t>(purpose)]; };
  return {bytes(Purpose::weights), bytes(Purpose::gradients), bytes(Purpose::optimizer),
          bytes(Purpose::activations), seconds};
}

struct Costs {
  Cost one, many;
};

Costs compare_costs(bool bug) {
  const auto share = [&] {
    const Parameters one = shared(kMostUses);
    return measure(one, {one[0]}, bug);
  };
  const auto dont = [&] {
    const Parameters many = unshared(kMostUses);
    return measure(many, many, bug);
  };
  const Costs costs{share(), dont()};
  const auto row = [](const char* what, double one, double many, const char* unit) {
    fmt::print("{:24} {:9.1f} {:12.1f}  {:4} {:6.1f}x\n", what, one, many, unit, many / one);
  };
  const auto memory = [&](const char* what, int64_t Cost::* bytes) {
    row(what, costs.one.*bytes / 1024.0, costs.many.*bytes / 1024.0, "KiB");
  };
  fmt::print("\n{} uses of …              one matrix  twelve twins        ratio\n", kMostUses);
  memory("weights", &Cost::weights);
  memory("gradients", &Cost::gradients);
  memory("moments (Adam has two)", &Cost::moments);
  memory("activations", &Cost::activations);
  // A forward and two backward products a use, of kRows · kWidth · kWidth multiply-adds each.
  constexpr double kMegas = 3e-6 * kMostUses * kRows * kWidth * kWidth;
  row("multiply-adds of a step", kMegas, kMegas, "M");
  row("time of a step", costs.one.seconds * 1e3, costs.many.seconds * 1e3, "ms");
  return costs;
}

std::string what_is_wrong(const Comparison& row, const Parts& parts) {
  std::string sentence =
      fmt::format("with {} uses the shared gradient is {:.0f} % away from the sum of the twins'.",
                  row.uses, 100 * row.off);
  if (parts.first_off < 1e-5) {
    sentence += fmt::format(
        " Of {} uses it holds the part of use 0 alone, which backward meets last: each use has "
        "overwritten the one before. With a single use all is right, so test with several.",
        kMostUses);
  }
  return sentence;
}

// The claim: shared gradient = sum of the twins' gradients, up to the order of sums in float32, for
// any number of uses; the parts of the uses add up to it; and weights, gradients and moments are
// divided by the number of uses exactly.
Verdict check(const std::vector<Comparison>& rows, const Parts& parts, const Costs& costs) {
  constexpr double kRounding = 1e-5;
  for (const Comparison& row : rows) {
    if (row.off > kRounding) return {false, what_is_wrong(row, parts)};
  }
  if (parts.sum_off > kRounding) {
    return {false, "the parts of the uses don't add up to the gradient."};
  }
  const bool divided = costs.many.weights == kMostUses * costs.one.weights &&
                       costs.many.gradients == kMostUses * costs.one.gradients &&
                       costs.many.moments == kMostUses * costs.one.moments;
  if (!divided) return {false, "memory isn't divided by the number of uses."};
  return {true,
          fmt::format("the shared gradient is the sum of the twins' for 1, 2 and {} uses, its "
                      "parts add up to it, and weights, gradients and moments take a {}th of "
                      "the memory.",
                      kMostUses, kMostUses)};
}

Verdict teach(bool bug) {
  const std::vector<Comparison> rows = compare_gradients(bug);
  const Parts parts = show_parts(bug);
  const Costs costs = compare_costs(bug);
  return check(rows, parts, costs);
}

}  // namespace
}  // namespace reprise

int main(int argc, char** argv) {
  return reprise::run_lesson(
      {.name = "lesson_2_shared_parameter",
       .teaches = "One Parameter used many times: its gradient is the sum over its uses.",
       .bug = "an op's backward overwrites the gradient of its weights where it should add to it"},
      argc, argv, reprise::teach);
}
