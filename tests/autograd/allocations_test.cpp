// That a use of a Parameter asks nothing of the heap or the system once the tape has seen its graph.
//
// Replaces operator new of the whole test program, to count its calls.
#include <gtest/gtest.h>

#include <atomic>
#include <cstdlib>
#include <new>

#include "autograd/ops.h"
#include "core/parallel.h"
#include "tests/autograd/testing.h"

#ifndef REPRISE_NO_FREE_LIST  // sanitizers have their own operator new

namespace {
std::atomic<int64_t> g_new_calls{0};
}  // namespace

void* operator new(size_t bytes) {
  ++g_new_calls;
  if (void* memory = std::malloc(bytes)) return memory;
  throw std::bad_alloc();
}
void operator delete(void* memory) noexcept { std::free(memory); }
void operator delete(void* memory, size_t) noexcept { std::free(memory); }

namespace reprise::testing {

namespace {

using Op = Variable (*)(const Variable&, const Variable&);

struct Calls {
  int64_t system, heap;
};

Calls so_far() { return {memory_use().system_allocations, g_new_calls}; }

// Of the third pass, forward and backward, through `uses` uses of one Parameter. (The first pass takes
// the memory of the Parameter's gradient out of the free list for good.)
Calls calls_of_a_repetition(Op op, int uses) {
  const ParameterPtr p = parameter(pattern({4}));
  const Tensor start = pattern({4}, 1);
  Tape tape;
  Calls before{};
  for (int pass = 0; pass < 3; ++pass) {
    before = so_far();
    p->clear_gradient();
    tape.reset();
    Variable y(start);
    for (int i = 0; i < uses; ++i) y = op(y, tape.bind(p));
    tape.backward(y, start);
  }
  const Calls after = so_far();
  return {after.system - before.system, after.heap - before.heap};
}

TEST(Allocations, ARepeatedPassMakesNonePerUse) {
  for (Op op : {add, sub, mul, div}) {
    const Calls calls = calls_of_a_repetition(op, 1000);
    EXPECT_EQ(calls.system, 0);
    EXPECT_LE(calls.heap, 1) << "the tape's entry for the Parameter, however many its uses";
  }
}

// Of the third pass through an LSTM over `steps` time steps.
Calls calls_of_an_lstm(int64_t steps) {
  const Tensor x = pattern({steps, 8, 6}), state = pattern({8, 4}), dy = pattern({steps, 8, 4});
  const ParameterPtr ih = parameter(pattern({16, 6})), hh = parameter(pattern({16, 4}));
  const ParameterPtr bias = parameter(pattern({16}));
  Tape tape;
  Calls before{};
  for (int pass = 0; pass < 3; ++pass) {
    before = so_far();
    tape.reset();
    const LstmWeights weights{tape.bind(ih), tape.bind(hh), tape.bind(bias), tape.bind(bias)};
    tape.backward(lstm(Variable(x), Variable(state), Variable(state), weights).output, dy);
  }
  const Calls after = so_far();
  return {after.system - before.system, after.heap - before.heap};
}

TEST(Allocations, AnLstmMakesNonePerTimeStep) {
  if (gemm_backend() == GemmBackend::reference) GTEST_SKIP() << "its products take a row each";
  EXPECT_EQ(calls_of_an_lstm(1000).heap, calls_of_an_lstm(100).heap);
  EXPECT_EQ(calls_of_an_lstm(1000).system, 0);
}

// A step of a small LeNet: scratch memory of kernels included.
TEST(Allocations, ARepeatedConvolutionMakesNone) {
  const ParameterPtr w1 = parameter(pattern({4, 1, 5, 5})), w2 = parameter(pattern({8, 4, 3, 3}));
  const ParameterPtr own = parameter(pattern({4, 4, 2, 8, 3, 3})), bias = parameter(pattern({8}));
  const Tensor x = pattern({16, 1, 28, 28});
  const int usual = threads();
  set_threads(1);  // how many blocks are in use at one time depends on the tasks' luck otherwise
  Tape tape;
  int64_t before = 0;
  for (int pass = 0; pass < 4; ++pass) {
    before = so_far().system;
    for (const ParameterPtr& p : {w1, w2, own, bias}) p->clear_gradient();
    tape.reset();
    Variable y = conv2d(Variable(x), tape.bind(w1), Variable(), {.padding = 2});
    y = max_pool2d(y, {.kernel = 2});
    y = avg_pool2d(conv2d(y, tape.bind(w2), tape.bind(bias)), {.kernel = 2});
    y = locally_connected2d(y, tape.bind(own), Variable());
    tape.backward(y, Tensor::full(y.shape(), 1));
  }
  set_threads(usual);
  EXPECT_EQ(so_far().system - before, 0);
}

}  // namespace

}  // namespace reprise::testing

#endif
