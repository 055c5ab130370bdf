#include <omp.h>

#include <algorithm>
#include <dnnl.hpp>
#include <vector>

#include "core/kernels/library_products.h"
#include "core/timing.h"

namespace reprise {

namespace {

using DataType = dnnl::memory::data_type;
using FormatTag = dnnl::memory::format_tag;

// Training keeps the library to one thread on each of its own (gemm_onednn.cpp).
using OwnThreads = LibraryThreads<omp_get_max_threads, omp_set_num_threads>;

dnnl::matmul::primitive_desc describe(const dnnl::engine& engine, const dnnl::memory::desc& a,
                                      const dnnl::memory::desc& b, const dnnl::memory::desc& c) {
#if DNNL_VERSION_MAJOR >= 3
  return {engine, a, b, c};
#else
  return {{a, b, c}, engine};
#endif
}

// Ordinary numbers in memory of that form: zeros, subnormals or
// NaNs might run at another speed.
dnnl::memory filled(const dnnl::memory::desc& plain, DataType type, const dnnl::engine& engine) {
  dnnl::memory memory(plain, engine);
  constexpr uint16_t kHalf = 0x3f00;  // 0.5 as bfloat16
  if (type == DataType::bf16) {
    std::fill_n(static_cast<uint16_t*>(memory.get_data_handle()), plain.get_size() / 2, kHalf);
  } else {
    std::fill_n(static_cast<float*>(memory.get_data_handle()), plain.get_size() / 4, 0.5f);
  }
  return memory;
}

class Matmul {
 public:
  Matmul(const StepProduct& product, DataType type) : product_(product), type_(type) {}

  // Throws dnnl::error where the library has no such product.
  double seconds() {
    const double plain = seconds(false);
    return product_.packs == 0 ? plain : std::min(plain, seconds(true));
  }

 private:
  double seconds(bool packed) {
    const StepProduct& p = product_;
    const dnnl::memory::desc a = matrix(p.m, p.k), plain_b = matrix(p.k, p.n), c = matrix(p.m, p.n);
    const dnnl::memory::desc b =
        packed ? dnnl::memory::desc({p.k, p.n}, type_, FormatTag::any) : plain_b;
    const auto description = describe(engine_, a, b, c);
    const dnnl::matmul matmul(description);
    dnnl::memory left = filled(a, type_, engine_), right = filled(plain_b, type_, engine_);
    dnnl::memory result(c, engine_);
    double packing = 0;
    if (packed) {
      dnnl::memory blocked(description.weights_desc(), engine_);
      dnnl::reorder reorder(right, blocked);
      packing = typical_seconds([&] {
        reorder.execute(stream_, right, blocked);
        stream_.wait();
      });
      right = blocked;
    }
    const double use = typical_seconds([&] {
      matmul.execute(stream_,
                     {{DNNL_ARG_SRC, left}, {DNNL_ARG_WEIGHTS, right}, {DNNL_ARG_DST, result}});
      stream_.wait();
    });
    return use * static_cast<double>(p.uses) + packing * static_cast<double>(p.packs);
  }

  dnnl::memory::desc matrix(int64_t rows, int64_t cols) const {
    if (product_.batch == 1) return {{rows, cols}, type_, FormatTag::ab};
    return {{product_.batch, rows, cols}, type_, FormatTag::abc};
  }

  const StepProduct& product_;
  DataType type_;
  dnnl::engine engine_{dnnl::engine::kind::cpu, 0};
  dnnl::stream stream_{engine_};
};

// The older call, which packs by itself; b transposed, as a linear layer has it.
double sgemm_seconds(const StepProduct& p) {
  const std::vector<float> a(p.m * p.k, 0.5f), b(p.k * p.n, 0.5f);
  std::vector<float> c(p.m * p.n);
  return static_cast<double>(p.uses) * typical_seconds([&] {
           dnnl_sgemm('N', 'T', p.m, p.n, p.k, 1, a.data(), p.k, b.data(), p.k, 0, c.data(), p.n);
         });
}

}  // namespace

double onednn_float32_seconds(const StepProduct& product, int threads) {
  const OwnThreads own(threads);
  const double matmul = Matmul(product, DataType::f32).seconds();
  return product.batch > 1 ? matmul : std::min(matmul, sgemm_seconds(product));
}

std::optional<double> onednn_bfloat16_seconds(const StepProduct& product, int threads) {
  const OwnThreads own(threads);
  try {
    return Matmul(product, DataType::bf16).seconds();
  } catch (const dnnl::error& error) {
    if (error.status != dnnl_unimplemented) throw;
    return std::nullopt;
  }
}

}  // namespace reprise
