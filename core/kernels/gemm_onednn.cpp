#include <dnnl.h>
#include <omp.h>

#include <new>

#include "core/error.h"
#include "core/kernels/gemm_backends.h"

namespace reprise {

namespace {

// Threads are ours: oneDNN asks OpenMP how many it may use, and is told 1 on each of them.
void keep_to_one_thread() {
  thread_local const bool once = [] { return omp_set_num_threads(1), true; }();
  (void)once;
}

}  // namespace

void onednn_product(const Product& p) {
  keep_to_one_thread();
  const auto flag = [](Transpose t) { return t == Transpose::no ? 'N' : 'T'; };
  const dnnl_status_t status = dnnl_sgemm(flag(p.ta), flag(p.tb), p.m, p.n, p.k, p.alpha, p.a,
                                          p.lda, p.b, p.ldb, p.beta, p.c, p.ldc);
  if (status == dnnl_out_of_memory) throw std::bad_alloc();
  if (status != dnnl_success) {
    throw Error(ExitCode::internal, "gemm: oneDNN refuses a product of {} x {} x {} (status {})",
                p.m, p.n, p.k, static_cast<int>(status));
  }
}

}  // namespace reprise
