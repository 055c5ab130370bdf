// The engine by itself: chains of uses of one Parameter, y = y + p, where next to nothing is
// computed. The last column is the time of one use, forward and backward together.
#include <benchmark/benchmark.h>

#include <memory>

#include "autograd/ops.h"
#include "autograd/recompute.h"
#include "tests/benchmarks/benchmarks.h"

namespace reprise {
namespace {

// Arguments: uses of the Parameter, elements of it.
void uses_of_one_parameter(benchmark::State& state) {
  const int64_t uses = state.range(0), size = state.range(1);
  const auto p = std::make_shared<Parameter>(Shape{size});
  const Tensor dy = Tensor::full({size}, 1);
  Tape tape;
  for (auto _ : state) {
    tape.reset();
    p->clear_gradient();
    Variable y = tape.bind(p);
    for (int64_t use = 1; use < uses; ++use) y = add(y, tape.bind(p));
    tape.backward(y, dy);
  }
  state.counters["a use"] =
      benchmark::Counter(static_cast<double>(uses), benchmark::Counter::kIsIterationInvariantRate |
                                                        benchmark::Counter::kInvert);
}

// The same bound once: what a use site costs is the difference.
void ops_on_one_use(benchmark::State& state) {
  const int64_t ops = state.range(0);
  const auto p = std::make_shared<Parameter>(Shape{1});
  const Tensor dy = Tensor::full({1}, 1);
  Tape tape;
  for (auto _ : state) {
    tape.reset();
    p->clear_gradient();
    const Variable bound = tape.bind(p);
    Variable y = bound;
    for (int64_t op = 1; op < ops; ++op) y = add(y, bound);
    tape.backward(y, dy);
  }
  state.counters["an op"] =
      benchmark::Counter(static_cast<double>(ops), benchmark::Counter::kIsIterationInvariantRate |
                                                       benchmark::Counter::kInvert);
}

// Forward, then forward and backward again, in segments of a hundred uses.
void recomputed_uses(benchmark::State& state) {
  const int64_t segments = state.range(0);
  constexpr int64_t kUses = 100;
  const auto p = std::make_shared<Parameter>(Shape{1});
  const Tensor dy = Tensor::full({1}, 1);
  Tape tape;
  const Context context{.tape = &tape};
  for (auto _ : state) {
    tape.reset();
    p->clear_gradient();
    Variable y = tape.bind(p);
    for (int64_t s = 0; s < segments; ++s) {
      const Variable inputs[] = {y};
      y = recompute(context, inputs, [&](const Context& inner, std::span<const Variable> in) {
        Variable x = in[0];
        for (int64_t use = 0; use < kUses; ++use) x = add(x, inner.bind(p));
        return x;
      });
    }
    tape.backward(y, dy);
  }
  state.counters["a use"] = benchmark::Counter(
      static_cast<double>(segments * kUses),
      benchmark::Counter::kIsIterationInvariantRate | benchmark::Counter::kInvert);
}

}  // namespace

void add_autograd_benchmarks() {
  using benchmark::RegisterBenchmark;
  RegisterBenchmark("uses_of_one_parameter", uses_of_one_parameter)
      ->ArgNames({"uses", "size"})
      ->Args({100, 1})
      ->Args({10'000, 1})
      ->Args({10'000, 4096})
      ->UseRealTime();
  RegisterBenchmark("ops_on_one_use", ops_on_one_use)->ArgName("ops")->Arg(10'000)->UseRealTime();
  RegisterBenchmark("recomputed_uses", recomputed_uses)
      ->ArgName("segments")
      ->Arg(100)
      ->UseRealTime();
}

}  // namespace reprise
