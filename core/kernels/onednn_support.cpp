#include "core/kernels/onednn_support.h"

#include <omp.h>

#include <new>

#include "core/error.h"

namespace reprise::onednn {

void keep_to_one_thread() {
  thread_local const bool once = [] { return omp_set_num_threads(1), true; }();
  (void)once;
}

const dnnl::engine& engine() {
  static const dnnl::engine cpu(dnnl::engine::kind::cpu, 0);
  return cpu;
}

dnnl::stream& stream() {
  thread_local dnnl::stream mine(engine());
  return mine;
}

dnnl::memory::desc layout(dnnl::memory::data_type type, Transpose t, int64_t rows, int64_t cols,
                          int64_t ld) {
  const dnnl::memory::dims strides =
      t == Transpose::no ? dnnl::memory::dims{ld, 1} : dnnl::memory::dims{1, ld};
  return {{rows, cols}, type, strides};
}

dnnl::primitive_attr accumulating(real beta) {
  dnnl::primitive_attr attributes;
  if (beta == 0) return attributes;
  dnnl::post_ops sum;
  sum.append_sum(beta);
  attributes.set_post_ops(sum);
  return attributes;
}

void refuse(int64_t m, int64_t n, int64_t k, int status) {
  if (status == dnnl_out_of_memory) throw std::bad_alloc();
  throw Error(ExitCode::internal, "gemm: oneDNN refuses a product of {} x {} x {} (status {})", m,
              n, k, status);
}

}  // namespace reprise::onednn
