// Attention over ragged sequences: a task is one head of one sequence, its products are
// gemm_task's. Matrices of queries by keys are a task's scratch: none is kept for the backward, which
// computes its probabilities again. That is a sixth more products, and memory that doesn't grow with
// the square of the length (Dao et al. 2022).
#include <cmath>
#include <type_traits>
#include <vector>

#include "core/kernels.h"
#include "core/kernels/dropout.h"
#include "core/kernels/isa.h"
#include "core/kernels/ranges.h"
#include "core/tensor.h"

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

real scale_of(const AttentionShape& shape) {
  return static_cast<real>(1 / std::sqrt(static_cast<double>(shape.size)));
}

constexpr auto kNo = Transpose::no;
constexpr auto kYes = Transpose::yes;

// A head's matrix of queries by keys, computed in `real`, and as a factor of the next product: itself,
// or rounded to bfloat16.
template <class Number>
class Scratch {
 public:
  explicit Scratch(const Head& head) : n_(head.length * head.length), wide_(Tensor::empty({n_})) {
    if constexpr (kNarrow) narrow_ = Tensor::empty({n_}, DType::bf16);
  }

  real* data() const { return wide_.data(); }
  const Number* factor() const {
    if constexpr (kNarrow) {
      row_kernels().narrow(n_, wide_.data(), bits_of(narrow_.data<BFloat16>()));
      return narrow_.data<BFloat16>();
    } else {
      return wide_.data();
    }
  }

 private:
  static constexpr bool kNarrow = !std::is_same_v<Number, real>;
  int64_t n_;
  Tensor wide_, narrow_;
};

// P = softmax(q kᵀ / √size)
template <class Number>
void probabilities_of(const AttentionShape& shape, const Head& head, const Number* qkv,
                      const Scratch<Number>& p) {
  const int64_t n = head.length, size = shape.size, width = shape.heads * size;
  gemm_task(kNo, kYes, n, n, size, qkv + head.q, 3 * width, qkv + head.k, 3 * width, 0, p.data(),
            n);
  row_kernels().softmax_forward(n, n, scale_of(shape), p.data(), p.data());
}

// out = dropout(P) v
template <class Number>
void forward(const AttentionShape& shape, const Head& head, const Number* qkv, real* out) {
  const int64_t n = head.length, size = shape.size, width = shape.heads * size;
  const Scratch<Number> p(head);
  probabilities_of(shape, head, qkv, p);
  if (shape.p > 0) drop(shape, head, p.data(), p.data());
  gemm_task(kNo, kNo, n, size, n, p.factor(), n, qkv + head.v, 3 * width, 0, out + head.out, width);
}

// D = dropout(P): dv = Dᵀ dout; dD = dout vᵀ; ds = (D dD − P Σ D dD) / √size; dq = ds k; dk = dsᵀ q
template <class Number>
void backward(const AttentionShape& shape, const Head& head, const Number* qkv, const Number* dout,
              real beta, real* dqkv) {
  const int64_t n = head.length, size = shape.size, width = shape.heads * size;
  const Scratch<Number> p(head), dropped(head), ds(head);
  probabilities_of(shape, head, qkv, p);
  if (shape.p > 0) drop(shape, head, p.data(), dropped.data());
  const Scratch<Number>& d = shape.p > 0 ? dropped : p;
  gemm_task(kYes, kNo, n, size, n, d.factor(), n, dout + head.out, width, beta, dqkv + head.v,
            3 * width);
  gemm_task(kNo, kYes, n, n, size, dout + head.out, width, qkv + head.v, 3 * width, 0, ds.data(), n);
  row_kernels().softmax_backward_dropped(n, n, scale_of(shape), p.data(), d.data(), ds.data(),
                                         ds.data());
  const Number* factor = ds.factor();
  gemm_task(kNo, kNo, n, size, n, factor, n, qkv + head.k, 3 * width, beta, dqkv + head.q,
            3 * width);
  gemm_task(kYes, kNo, n, size, n, factor, n, qkv + head.q, 3 * width, beta, dqkv + head.k,
            3 * width);
}

template <class Number>
void all_forward(const AttentionShape& shape, const Number* qkv, real* out) {
  const std::vector<Head> heads = heads_of(shape);
  parallel_for(static_cast<int64_t>(heads.size()),
               [&](int64_t i) { forward(shape, heads[i], qkv, out); });
}

template <class Number>
void all_backward(const AttentionShape& shape, const Number* qkv, const Number* dout, real beta,
                  real* dqkv) {
  const std::vector<Head> heads = heads_of(shape);
  parallel_for(static_cast<int64_t>(heads.size()),
               [&](int64_t i) { backward(shape, heads[i], qkv, dout, beta, dqkv); });
}

}  // namespace

void attention_forward(const AttentionShape& shape, const real* qkv, real* out) {
  all_forward(shape, qkv, out);
}
void attention_forward(const AttentionShape& shape, const BFloat16* qkv, real* out) {
  all_forward(shape, qkv, out);
}

void attention_backward(const AttentionShape& shape, const real* qkv, const real* dout, real beta,
                        real* dqkv) {
  all_backward(shape, qkv, dout, beta, dqkv);
}
void attention_backward(const AttentionShape& shape, const BFloat16* qkv, const BFloat16* dout,
                        real beta, real* dqkv) {
  all_backward(shape, qkv, dout, beta, dqkv);
}

}  // namespace reprise::kernels
