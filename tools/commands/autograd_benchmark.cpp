#include "tools/commands/autograd_benchmark.h"

#include <memory>
#include <vector>

#include "autograd/ops.h"
#include "core/parallel.h"
#include "core/storage.h"
#include "core/timing.h"
#include "tools/commands/text_table.h"
#include "tools/trainer/quantity.h"

namespace reprise {

namespace {

constexpr int kUses = 10'000, kWarmup = 5, kRepetitions = 50;

struct Chain {
  double ns_per_use;
  int64_t system_allocations;  // in the last repetition
};

// p, dy [size]
void run_chain(Tape& tape, const ParameterPtr& p, const Tensor& dy) {
  tape.reset();
  p->clear_gradient();
  Variable y = tape.bind(p);
  for (int use = 1; use < kUses; ++use) y = add(y, tape.bind(p));
  tape.backward(y, dy);
}

Chain measure_chain(int64_t size) {
  const auto p = std::make_shared<Parameter>(Shape{size});
  const Tensor dy = Tensor::full({size}, 1);
  Tape tape;
  for (int i = 0; i < kWarmup; ++i) run_chain(tape, p, dy);
  std::vector<double> seconds;
  int64_t allocations = 0;
  for (int i = 0; i < kRepetitions; ++i) {
    const int64_t before = memory_use().system_allocations;
    Stopwatch watch;
    run_chain(tape, p, dy);
    seconds.push_back(watch.lap());
    allocations = memory_use().system_allocations - before;
  }
  return {.ns_per_use = 1e9 * median(seconds) / kUses, .system_allocations = allocations};
}

}  // namespace

Json benchmark_autograd() {
  const Chain one = measure_chain(1), many = measure_chain(4096);
  return {{"uses", kUses},
          {"threads", threads()},
          {"ns_per_use", one.ns_per_use},
          {"ns_per_use_4096", many.ns_per_use},
          {"system_allocations", one.system_allocations + many.system_allocations}};
}

std::string autograd_text(const Json& measured) {
  const auto nanoseconds = [&](const char* key) {
    return fmt::format("{:.0f}", measured[key].get<double>());
  };
  TextTable table;
  table.row({fmt::format("{} uses of one Parameter", grouped(measured["uses"])), "ns a use"});
  table.row({"of 1 element", nanoseconds("ns_per_use")});
  table.row({"of 4096 elements", nanoseconds("ns_per_use_4096")});
  return table.text() + fmt::format("\n{} threads; {} system allocations in the last repetition\n",
                                    measured["threads"].get<int>(),
                                    grouped(measured["system_allocations"]));
}

}  // namespace reprise
