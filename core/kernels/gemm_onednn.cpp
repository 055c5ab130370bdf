#include <map>

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
  return dnnl::matmul(dnnl::matmul::primitive_desc(
      {layout(memory::data_type::bf16, ta, kAny, kAny, kAny),
       layout(memory::data_type::bf16, tb, kAny, kAny, kAny),
       layout(memory::data_type::f32, Transpose::no, kAny, kAny, kAny)},
      onednn::accumulating(beta), engine()));
}

// A thread's own: a primitive's scratch memory isn't for several at once.
const dnnl::matmul& matmul_for(Transpose ta, Transpose tb, real beta) {
  return onednn::once_per_thread<dnnl::matmul>(make_matmul, ta, tb, beta);
}

// What a matrix is to a product, and how it lies.
struct Place {
  int argument;
  Transpose transpose;
  int64_t rows, cols, ld;

  auto operator<=>(const Place&) const = default;
};

// oneDNN's handles of matrices. Making one takes as long as a small product: they are kept.
class Handles {
 public:
  // Of a thread; what `argument` returned before is dead.
  static Handles& mine() {
    constexpr size_t kMost = 1000;
    thread_local Handles handles;
    if (handles.made_.size() > kMost) handles.made_.clear();
    return handles;
  }

  dnnl_exec_arg_t argument(const Place& place, const void* data) {
    auto found = made_.find(place);
    if (found == made_.end()) {
      const auto type =
          place.argument == DNNL_ARG_DST ? memory::data_type::f32 : memory::data_type::bf16;
      const memory::desc desc = layout(type, place.transpose, place.rows, place.cols, place.ld);
      found = made_.emplace(place, memory(desc, engine(), nullptr)).first;
    }
    found->second.set_data_handle(const_cast<void*>(data));
    return {place.argument, found->second.get()};
  }

 private:
  std::map<Place, memory> made_;
};

}  // namespace

void onednn_product(const BFloat16Product& p) {
  keep_to_one_thread();
  try {
    Handles& handles = Handles::mine();
    const dnnl_exec_arg_t arguments[] = {
        handles.argument({DNNL_ARG_SRC, p.ta, p.m, p.k, p.lda}, p.a),
        handles.argument({DNNL_ARG_WEIGHTS, p.tb, p.k, p.n, p.ldb}, p.b),
        handles.argument({DNNL_ARG_DST, Transpose::no, p.m, p.n, p.ldc}, p.c)};
    const dnnl_status_t status = dnnl_primitive_execute(
        matmul_for(p.ta, p.tb, p.beta).get(), onednn::stream().get(), 3, arguments);
    if (status != dnnl_success) throw dnnl::error(status, "matmul");
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
