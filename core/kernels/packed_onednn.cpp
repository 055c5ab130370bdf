// Products in bfloat16 with a right side in oneDNN's own order: a matmul primitive whose weights may
// have `any` layout. It is faster only with dense rows on both other sides, so tiles are whole rows;
// and it is made for one number of rows, so tiles are filled up to 16, 32 or 64.
#include <algorithm>
#include <string_view>
#include <vector>

#include "core/kernels/gemm_backends.h"
#include "core/kernels/isa.h"
#include "core/kernels/onednn_support.h"
#include "core/parallel.h"
#include "core/tensor.h"

namespace reprise {

namespace {

using dnnl::memory;
using onednn::engine;
using onednn::layout;
using onednn::once_per_thread;
using onednn::stream;

constexpr auto kBFloat16 = memory::data_type::bf16;
constexpr auto kFloat = memory::data_type::f32;

memory::desc any_layout(int64_t rows, int64_t cols) {
  return {{rows, cols}, kBFloat16, memory::format_tag::any};
}

dnnl::matmul::primitive_desc describe(int64_t m, int64_t k, int64_t n, const memory::desc& weights,
                                      real beta) {
  dnnl::primitive_attr attributes = onednn::accumulating(beta);
  attributes.set_scratchpad_mode(dnnl::scratchpad_mode::user);
  return {{layout(kBFloat16, Transpose::no, m, k, k), weights,
           layout(kFloat, Transpose::no, m, n, n)},
          attributes,
          engine()};
}

// The layout that all primitives for this size of the right side agree on.
const memory::desc& packed_layout(int64_t k, int64_t n) {
  return once_per_thread<memory::desc>(
      [](int64_t rows, int64_t cols) {
        return describe(kPackedRows, rows, cols, any_layout(rows, cols), 0).weights_desc();
      },
      k, n);
}

// A primitive and its arguments, for one thread.
class Executor {
 public:
  Executor(int64_t m, int64_t k, int64_t n, real beta)
      : Executor(describe(m, k, n, packed_layout(k, n), beta)) {}

  void run(const void* a, const void* b, real* c) {
    a_.set_data_handle(const_cast<void*>(a));
    b_.set_data_handle(const_cast<void*>(b));
    c_.set_data_handle(c);
    const dnnl_status_t status = dnnl_primitive_execute(matmul_.get(), stream().get(),
                                                        static_cast<int>(arguments_.size()),
                                                        arguments_.data());
    if (status != dnnl_success) throw dnnl::error(status, "matmul");
  }

 private:
  explicit Executor(const dnnl::matmul::primitive_desc& description)
      : matmul_(description),
        a_(description.src_desc(), engine(), nullptr),
        b_(description.weights_desc(), engine(), nullptr),
        c_(description.dst_desc(), engine(), nullptr),
        scratch_(description.scratchpad_desc(), engine()),
        arguments_{{DNNL_ARG_SRC, a_.get()},
                   {DNNL_ARG_WEIGHTS, b_.get()},
                   {DNNL_ARG_DST, c_.get()},
                   {DNNL_ARG_SCRATCHPAD, scratch_.get()}} {}

  dnnl::matmul matmul_;
  memory a_, b_, c_, scratch_;
  std::vector<dnnl_exec_arg_t> arguments_;
};

Executor& executor(int64_t m, int64_t k, int64_t n, real beta) {
  return once_per_thread<Executor>(
      [](auto... size) { return Executor(size...); }, m, k, n, beta);
}

// A tile with fewer rows than the primitive: zeros fill it up.
void multiply_filled_up(int64_t m, int64_t most, int64_t k, int64_t n, const BFloat16* a,
                        const BFloat16* b, real beta, real* c) {
  const Tensor left = Tensor::empty({most, k}, DType::bf16), sums = Tensor::empty({most, n});
  BFloat16* rows = left.data<BFloat16>();
  std::copy_n(a, m * k, rows);
  std::fill_n(rows + m * k, (most - m) * k, BFloat16{0});
  executor(most, k, n, 0).run(rows, b, sums.data());
  kernels::row_kernels().scale_add(m * n, 1, sums.data(), beta, c);
}

// The copy of some columns of b into its packed form.
struct Reorder {
  memory from, to;
  dnnl::reorder reorder;
};

Reorder make_reorder(Transpose tb, int64_t k, int64_t n, int64_t first, int64_t cols) {
  const int64_t ld = tb == Transpose::no ? n : k;
  const memory::desc all = packed_layout(k, n);
  Reorder r;
  r.from = memory(layout(kFloat, tb, k, cols, ld), engine(), nullptr);
  r.to = memory(cols == n ? all : all.submemory_desc({k, cols}, {0, first}), engine(), nullptr);
  r.reorder = dnnl::reorder(r.from, r.to);
  return r;
}

}  // namespace

bool onednn_packs() {
  static const bool is_its_own = [] {
    onednn::keep_to_one_thread();
    const auto description = describe(kPackedRows, 256, 256, any_layout(256, 256), 0);
    return std::string_view(description.impl_info_str()).starts_with("brg");
  }();
  return is_its_own;
}

int64_t onednn_packed_numbers(int64_t k, int64_t n) {
  return static_cast<int64_t>(packed_layout(k, n).get_size() / sizeof(BFloat16));
}

void onednn_pack(Transpose tb, int64_t k, int64_t n, const real* b, BFloat16* packed) {
  // Panels of whole blocks of the layout (64 columns at most); the rest of an uneven width is filled
  // up with zeros, which only a copy of the whole does.
  constexpr int64_t kBlock = 64, kPanels = 8;
  const bool even = n % kBlock == 0;
  const int64_t panel = even ? (n / kBlock + kPanels - 1) / kPanels * kBlock : n;
  parallel_ranges(n, panel, [&](int64_t begin, int64_t end) {
    onednn::keep_to_one_thread();
    try {
      Reorder& r = once_per_thread<Reorder>(make_reorder, tb, k, n, begin, end - begin);
      r.from.set_data_handle(const_cast<real*>(b + (tb == Transpose::no ? begin : begin * k)));
      r.to.set_data_handle(packed);
      r.reorder.execute(stream(), r.from, r.to);
      stream().wait();
    } catch (const dnnl::error& error) {
      onednn::refuse(0, n, k, error.status);
    }
  });
}

void onednn_multiply_packed(int64_t m, int64_t k, int64_t n, const BFloat16* a,
                            const BFloat16* packed, real beta, real* c) {
  onednn::keep_to_one_thread();
  try {
    int64_t rows = 16;
    while (rows < m) rows *= 2;
    if (rows == m) return executor(m, k, n, beta).run(a, packed, c);
    multiply_filled_up(m, rows, k, n, a, packed, beta, c);
  } catch (const dnnl::error& error) {
    onednn::refuse(m, n, k, error.status);
  }
}

}  // namespace reprise
