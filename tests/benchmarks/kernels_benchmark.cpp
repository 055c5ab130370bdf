// The main kernels at the sizes of a base model, each by the best instruction set beside its
// reference loop: build/benchmarks --benchmark_filter=layer_norm
//
// T tokens of H numbers, I inside the feed-forward block, V pieces of the vocabulary.
#include <benchmark/benchmark.h>

#include <functional>
#include <string>

#include "autograd/ops.h"
#include "core/error.h"
#include "core/kernels.h"
#include "core/kernels/isa.h"
#include "core/tensor.h"
#include "tests/benchmarks/benchmarks.h"

namespace reprise {
namespace {

using kernels::Isa;

constexpr int64_t T = 1024, H = 768, I = 3072, V = 8000;

// Ordinary numbers of both signs.
Tensor numbers(const Shape& shape, uint64_t seed = 1) {
  Tensor tensor = Tensor::empty(shape);
  fill_normal(tensor, RandomKey(seed), 0, 1);
  return tensor;
}

Tensor labels_below(int64_t count, int64_t below) {
  Tensor labels = Tensor::empty({count}, DType::i32);
  for (int64_t i = 0; i < count; ++i) {
    labels.data<int32_t>()[i] = static_cast<int32_t>(i * 7919 % below);
  }
  return labels;
}

using Run = std::function<void()>;

// Registers what make() returns twice, as "name/v4" (or whatever is chosen here) and
// "name/reference". Made when it is its turn, with its inputs. `bytes`: what it must read and write
// at least.
void add_both(const std::string& name, int64_t bytes, const std::function<Run()>& make) {
  const Isa chosen = kernels::isa();
  for (const Isa isa : {chosen, Isa::reference}) {
    const auto body = [=](benchmark::State& state) {
      const Run run = make();
      kernels::set_isa(isa);
      for (auto _ : state) run();
      kernels::set_isa(chosen);
      state.SetBytesProcessed(state.iterations() * bytes);
    };
    const std::string full = fmt::format("{}/{}", name, kernels::to_string(isa));
    benchmark::RegisterBenchmark(full.c_str(), body)->UseRealTime()->Unit(benchmark::kMicrosecond);
    if (chosen == Isa::reference) return;
  }
}

constexpr int64_t kBytes = sizeof(real);

void add_activation(const std::string& name, kernels::Activation f) {
  add_both(name + "_forward", 2 * T * I * kBytes, [f] {
    return [f, x = numbers({T, I}), y = Tensor::empty({T, I})] {
      kernels::activation_forward(f, T * I, x.data(), y.data());
    };
  });
  add_both(name + "_backward", 3 * T * I * kBytes, [f] {
    return [f, x = numbers({T, I}), dy = numbers({T, I}, 2), dx = Tensor::empty({T, I})] {
      kernels::activation_backward(f, T * I, x.data(), dy.data(), 0, dx.data());
    };
  });
}

void add_layer_norm() {
  add_both("layer_norm_forward", 2 * T * H * kBytes, [] {
    return [x = numbers({T, H}), gain = numbers({H}, 2), bias = numbers({H}, 3),
            y = Tensor::empty({T, H}), mean = Tensor::empty({T}), rstd = Tensor::empty({T})] {
      kernels::layer_norm_forward(T, H, x.data(), gain.data(), bias.data(), real(1e-12), y.data(),
                                  mean.data(), rstd.data());
    };
  });
  // As an op, because how many kernels the gradients take is for them to decide.
  add_both("layer_norm_forward_backward", 5 * T * H * kBytes, [] {
    return [x = numbers({T, H}), gain = numbers({H}, 2), bias = numbers({H}, 3),
            dy = numbers({T, H}, 4)] {
      Tape tape;
      Tensor dx, dgain, dbias;
      const Variable y =
          layer_norm(tape.input(x, &dx), tape.input(gain, &dgain), tape.input(bias, &dbias), 1e-12);
      tape.backward(y, dy);
    };
  });
}

void add_softmax() {
  add_both("softmax_forward", 2 * T * H * kBytes, [] {
    return [x = numbers({T, H}), y = Tensor::empty({T, H})] {
      kernels::softmax_forward(T, H, x.data(), y.data());
    };
  });
  add_both("softmax_backward", 3 * T * H * kBytes, [] {
    return [y = numbers({T, H}), dy = numbers({T, H}, 2), dx = Tensor::empty({T, H})] {
      kernels::softmax_backward(T, H, y.data(), dy.data(), 0, dx.data());
    };
  });
}

void add_dropout() {
  add_both("dropout", 2 * T * H * kBytes, [] {
    return [x = numbers({T, H}), y = Tensor::empty({T, H})] {
      kernels::dropout(T, H, real(0.1), RandomKey(5), nullptr, x.data(), 0, y.data());
    };
  });
}

void add_cross_entropy() {
  constexpr int64_t kRows = 152;  // the masked tokens of 8 sequences of 128
  add_both("cross_entropy_forward", kRows * V * kBytes, [] {
    return [x = numbers({kRows, V}), labels = labels_below(kRows, V), loss = Tensor::empty({kRows}),
            lse = Tensor::empty({kRows})] {
      kernels::cross_entropy_forward(kRows, V, x.data(), labels.data<int32_t>(), loss.data(),
                                     lse.data());
    };
  });
  add_both("cross_entropy_backward", 2 * kRows * V * kBytes, [] {
    return [x = numbers({kRows, V}), labels = labels_below(kRows, V),
            scale = Tensor::full({kRows}, 1.0 / kRows), lse = Tensor::full({kRows}, 9.5),
            dx = Tensor::empty({kRows, V})] {
      kernels::cross_entropy_backward(kRows, V, x.data(), labels.data<int32_t>(), lse.data(),
                                      scale.data(), 0, dx.data());
    };
  });
}

// One time step of 20 sequences with a state of 1500 numbers: Zaremba et al.'s large model.
void add_lstm() {
  constexpr int64_t kRows = 20, kState = 1500, kCount = kRows * kState;
  add_both("lstm_forward", 11 * kCount * kBytes, [] {
    return [gates = numbers({4 * kCount}), before = numbers({kCount}, 2), c = Tensor::empty({kCount}),
            h = Tensor::empty({kCount})] {
      kernels::lstm_forward(kRows, kState, gates.data(), before.data(), c.data(), h.data());
    };
  });
  add_both("lstm_backward", 14 * kCount * kBytes, [] {
    return [gates = Tensor::full({4 * kCount}, 0.5), before = numbers({kCount}, 2),
            c = numbers({kCount}, 3), dy = numbers({kCount}, 4), dh = numbers({kCount}, 5),
            dc = numbers({kCount}, 6), dsums = Tensor::empty({4 * kCount})] {
      kernels::lstm_backward(kRows, kState, gates.data(), before.data(), c.data(), dy.data(), dh.data(),
                             dc.data(), dsums.data());
    };
  });
}

void add_adam() {
  constexpr int64_t kCount = H * I;
  add_both("adam_update", 7 * kCount * kBytes, [] {
    return [g = numbers({kCount}), m = numbers({kCount}, 2), v = Tensor::full({kCount}, 1),
            w = numbers({kCount}, 3)] {
      const kernels::AdamStep step{.rate = 1e-4,
                                   .beta1 = 0.9,
                                   .beta2 = 0.999,
                                   .epsilon = 1e-8,
                                   .decay = 0.01,
                                   .correction1 = 1,
                                   .correction2 = 1,
                                   .decoupled = true};
      kernels::adam_update(kCount, step, 1, g.data(), m.data(), v.data(), w.data());
    };
  });
}

// Sequences of 128 tokens, back to back.
Tensor sequence_offsets() {
  constexpr int64_t kSequences = 8;
  const Tensor offsets = Tensor::empty({kSequences + 1}, DType::i32);
  for (int64_t s = 0; s <= kSequences; ++s) {
    offsets.data<int32_t>()[s] = static_cast<int32_t>(s * (T / kSequences));
  }
  return offsets;
}

// As an op, because what is kept for backward is for the kernels to decide.
void add_attention(const std::string& name, double p) {
  const AttentionOptions options{.heads = 12, .dropout = {.p = p, .key = RandomKey(5)}};
  add_both(name + "_forward", 4 * T * H * kBytes, [options] {
    return [options, qkv = numbers({T, 3 * H}), offsets = sequence_offsets()] {
      attention(Variable(qkv), offsets, options);
    };
  });
  add_both(name + "_forward_backward", 11 * T * H * kBytes, [options] {
    return [options, qkv = numbers({T, 3 * H}), offsets = sequence_offsets(),
            dy = numbers({T, H}, 2)] {
      Tape tape;
      Tensor dqkv;
      tape.backward(attention(tape.input(qkv, &dqkv), offsets, options), dy);
    };
  });
}

// y = x weightᵀ, dx = dy weight, dweight = dyᵀ x of linear layers, by every backend; GFLOP/s in the
// last column. The reference loop takes a hundred times as long.
void add_gemm(GemmBackend backend, const char* name, Transpose ta, Transpose tb, int64_t m,
              int64_t n, int64_t k) {
  const int64_t lda = ta == Transpose::no ? k : m, ldb = tb == Transpose::no ? n : k;
  const auto body = [=](benchmark::State& state) {
    const Tensor a = numbers({m, k}), b = numbers({k, n}, 2), c = Tensor::empty({m, n});
    const GemmBackend before = gemm_backend();
    set_gemm_backend(backend);
    for (auto _ : state) {
      gemm(ta, tb, m, n, k, a.data(), lda, b.data(), ldb, 0, c.data(), n);
    }
    set_gemm_backend(before);
    const double operations = 2.0 * static_cast<double>(m * n) * static_cast<double>(k);
    state.counters["FLOP/s"] =
        benchmark::Counter(operations, benchmark::Counter::kIsIterationInvariantRate);
  };
  const std::string full = fmt::format("gemm_{}/{}x{}x{}/{}", name, m, n, k, to_string(backend));
  benchmark::RegisterBenchmark(full.c_str(), body)->UseRealTime()->Unit(benchmark::kMicrosecond);
}

bool available(GemmBackend backend) {
  const GemmBackend before = gemm_backend();
  try {
    set_gemm_backend(backend);
  } catch (const Error&) {
    return false;
  }
  set_gemm_backend(before);
  return true;
}

void add_products() {
  struct Layer {
    int64_t rows, in, out;
  };
  for (const GemmBackend backend :
       {GemmBackend::onednn, GemmBackend::openblas, GemmBackend::reference}) {
    if (!available(backend)) continue;
    for (const auto& [rows, in, out] : {Layer{T, H, 3 * H}, Layer{T, H, H}, Layer{T, H, I},
                                        Layer{T, I, H}, Layer{152, 128, 30000}}) {
      add_gemm(backend, "forward", Transpose::no, Transpose::yes, rows, out, in);
      add_gemm(backend, "input", Transpose::no, Transpose::no, rows, in, out);
      add_gemm(backend, "weight", Transpose::yes, Transpose::no, out, in, rows);
    }
  }
}

}  // namespace

void add_kernel_benchmarks() {
  add_activation("gelu", kernels::Activation::gelu);
  add_activation("gelu_tanh", kernels::Activation::gelu_tanh);
  add_layer_norm();
  add_softmax();
  add_dropout();
  add_cross_entropy();
  add_lstm();
  add_adam();
  add_attention("attention", 0);
  add_attention("attention_dropout", 0.1);
  add_products();
}

}  // namespace reprise
