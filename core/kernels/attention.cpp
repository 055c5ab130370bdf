// Attention over ragged sequences: a task is one head of one sequence, its products are
// gemm_task's. Matrices of queries by keys are a task's scratch: none is kept for the backward, which
// computes its probabilities again. That is a sixth more products, and memory that doesn't grow with
// the square of the length (Dao et al. 2022).
#include <cmath>
#include <vector>

#include "core/kernels.h"
#include "core/kernels/dropout.h"
#include "core/kernels/isa.h"
#include "core/parallel.h"

namespace reprise::kernels {

namespace {

// One head of one sequence: where its numbers are.
struct Head {
  int64_t number, first_token, length;
  int64_t q, k, v;        // offsets of its first rows in qkv, whose rows are 3 heads·size apart
  int64_t out;            // offset of its first row in out, whose rows are heads·size apart
};

// Throws UsageError for a p outside [0, 1].
std::vector<Head> heads_of(const AttentionShape& shape) {
  dropout_rule(shape.p, shape.key);
  const int64_t width = shape.heads * shape.size;
  std::vector<Head> heads;
  heads.reserve(static_cast<size_t>(shape.sequences * shape.heads));
  for (int64_t s = 0; s < shape.sequences; ++s) {
    const int64_t first = shape.offsets[s];
    const int64_t length = shape.offsets[s + 1] - first;
    for (int64_t h = 0; h < shape.heads; ++h) {
      const int64_t q = first * 3 * width + h * shape.size;
      heads.push_back(
          {h, first, length, q, q + width, q + 2 * width, first * width + h * shape.size});
    }
  }
  return heads;
}

// dst = dropout(x), both [query][key] of the head: its key is that of the head, its place the
// query's.
void drop(const AttentionShape& shape, const Head& head, const real* x, real* dst) {
  const DropoutRule rule = dropout_rule(shape.p, shape.key.at(static_cast<uint64_t>(head.number)));
  row_kernels().dropout(head.length, head.length, rule, head.first_token,
                        shape.place ? shape.place + head.first_token : nullptr, x, 0, dst);
}

Tensor scratch(const Head& head) { return Tensor::empty({head.length, head.length}); }

real scale_of(const AttentionShape& shape) {
  return static_cast<real>(1 / std::sqrt(static_cast<double>(shape.size)));
}

constexpr auto kNo = Transpose::no;
constexpr auto kYes = Transpose::yes;

// P = softmax(q kᵀ / √size)
void probabilities_of(const AttentionShape& shape, const Head& head, const real* qkv, real* p) {
  const int64_t n = head.length, size = shape.size, width = shape.heads * size;
  gemm_task(kNo, kYes, n, n, size, scale_of(shape), qkv + head.q, 3 * width, qkv + head.k,
            3 * width, 0, p, n);
  row_kernels().softmax_forward(n, n, p, p);
}

// out = dropout(P) v
void forward(const AttentionShape& shape, const Head& head, const real* qkv, real* out) {
  const int64_t n = head.length, size = shape.size, width = shape.heads * size;
  const Tensor work = scratch(head);
  real* p = work.data();
  probabilities_of(shape, head, qkv, p);
  if (shape.p > 0) drop(shape, head, p, p);
  gemm_task(kNo, kNo, n, size, n, 1, p, n, qkv + head.v, 3 * width, 0, out + head.out, width);
}

// dv = dropout(P)ᵀ dout; dP = dropout(dout vᵀ); ds = P (dP − Σ P dP);
// dq = ds k / √size; dk = dsᵀ q / √size
void backward(const AttentionShape& shape, const Head& head, const real* qkv, const real* dout,
              real beta, real* dqkv) {
  const int64_t n = head.length, size = shape.size, width = shape.heads * size;
  const Tensor probabilities = scratch(head), work = scratch(head);
  real *p = probabilities.data(), *ds = work.data();
  probabilities_of(shape, head, qkv, p);
  const real* dropped = p;
  if (shape.p > 0) {
    drop(shape, head, p, ds);
    dropped = ds;
  }
  gemm_task(kYes, kNo, n, size, n, 1, dropped, n, dout + head.out, width, beta, dqkv + head.v,
            3 * width);
  gemm_task(kNo, kYes, n, n, size, 1, dout + head.out, width, qkv + head.v, 3 * width, 0, ds, n);
  if (shape.p > 0) drop(shape, head, ds, ds);
  row_kernels().softmax_backward(n, n, p, ds, 0, ds);
  gemm_task(kNo, kNo, n, size, n, scale_of(shape), ds, n, qkv + head.k, 3 * width, beta,
            dqkv + head.q, 3 * width);
  gemm_task(kYes, kNo, n, size, n, scale_of(shape), ds, n, qkv + head.q, 3 * width, beta,
            dqkv + head.k, 3 * width);
}

}  // namespace

void attention_forward(const AttentionShape& shape, const real* qkv, real* out) {
  const std::vector<Head> heads = heads_of(shape);
  parallel_for(static_cast<int64_t>(heads.size()),
               [&](int64_t i) { forward(shape, heads[i], qkv, out); });
}

void attention_backward(const AttentionShape& shape, const real* qkv, const real* dout, real beta,
                        real* dqkv) {
  const std::vector<Head> heads = heads_of(shape);
  parallel_for(static_cast<int64_t>(heads.size()),
               [&](int64_t i) { backward(shape, heads[i], qkv, dout, beta, dqkv); });
}

}  // namespace reprise::kernels
