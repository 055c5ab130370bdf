#include <unordered_map>

#include "core/kernels/gemm_backends.h"
#include "core/kernels/onednn_support.h"

namespace reprise {

using onednn::engine;
using onednn::keep_to_one_thread;
using onednn::layout;
using onednn::refuse;

void onednn_product(const Product& p) {
  keep_to_one_thread();
  const auto flag = [](Transpose t) { return t == Transpose::no ? 'N' : 'T'; };
  const dnnl_status_t status = dnnl_sgemm(flag(p.ta), flag(p.tb), p.m, p.n, p.k, 1, p.a,
                                          p.lda, p.b, p.ldb, p.beta, p.c, p.ldc);
  if (status != dnnl_success) refuse(p.m, p.n, p.k, status);
}

namespace {

using dnnl::memory;

// One primitive for all sizes, made at its first use: sizes are told at each call.
dnnl::matmul make_matmul(Transpose ta, Transpose tb, real beta) {
  constexpr int64_t kAny = DNNL_RUNTIME_DIM_VAL;
  dnnl::primitive_attr attributes;
  if (beta != 0) {
    dnnl::post_ops sum;
    sum.append_sum(beta);
    attributes.set_post_ops(sum);
  }
  return dnnl::matmul(dnnl::matmul::primitive_desc(
      {layout(memory::data_type::bf16, ta, kAny, kAny, kAny),
       layout(memory::data_type::bf16, tb, kAny, kAny, kAny),
       layout(memory::data_type::f32, Transpose::no, kAny, kAny, kAny)},
      attributes, engine()));
}

// A thread's own: a primitive's scratch memory isn't for several at once.
const dnnl::matmul& matmul_for(Transpose ta, Transpose tb, real beta) {
  thread_local std::unordered_map<real, dnnl::matmul> made[2][2];
  auto& of_beta = made[ta == Transpose::yes][tb == Transpose::yes];
  const auto found = of_beta.find(beta);
  if (found != of_beta.end()) return found->second;
  return of_beta.emplace(beta, make_matmul(ta, tb, beta)).first->second;
}

}  // namespace

void onednn_product(const BFloat16Product& p) {
  keep_to_one_thread();
  try {
    dnnl::stream& stream = onednn::stream();
    const auto in_place = [](const memory::desc& desc, const void* data) {
      return memory(desc, engine(), const_cast<void*>(data));
    };
    const auto type = memory::data_type::bf16;
    matmul_for(p.ta, p.tb, p.beta)
        .execute(stream,
                 {{DNNL_ARG_SRC, in_place(layout(type, p.ta, p.m, p.k, p.lda), p.a)},
                  {DNNL_ARG_WEIGHTS, in_place(layout(type, p.tb, p.k, p.n, p.ldb), p.b)},
                  {DNNL_ARG_DST, in_place(layout(memory::data_type::f32, Transpose::no, p.m, p.n,
                                                 p.ldc), p.c)}});
    stream.wait();
  } catch (const dnnl::error& error) {
    refuse(p.m, p.n, p.k, error.status);
  }
}

bool onednn_has_bfloat16() {
  const auto isa = static_cast<unsigned>(dnnl_get_effective_cpu_isa());
  const auto wanted = static_cast<unsigned>(dnnl_cpu_isa_avx512_core_bf16);
  return (isa & wanted) == wanted;
}

}  // namespace reprise
