#include "autograd/ops.h"
#include "core/error.h"
#include "core/gemm.h"
#include "core/kernels.h"

namespace reprise {

namespace {

Tensor scaled(real scale, const Tensor& x) {
  Tensor y = Tensor::empty(x.shape());
  kernels::scale_add(x.numel(), scale, x.data(), 0, y.data());
  return y;
}

}  // namespace

// For each part W_p [h, in] = rows of W, with A_p [r, in] and B_p [h, r]:
// y_p = W_p + s B_p A_p:  dW = dy,  dB_p = dy_p (s A_p)ᵀ,  dA_p = (s B_p)ᵀ dy_p
Variable low_rank_sum(const Variable& w, const Variable& a, const Variable& b, double scale,
                      int parts) {
  const Shape &ws = w.shape(), &as = a.shape(), &bs = b.shape();
  const bool fit = ws.rank() == 2 && as.rank() == 2 && bs.rank() == 2 && parts > 0 &&
                   as[1] == ws[1] && bs[0] == ws[0] && ws[0] % parts == 0 && as[0] == bs[1] * parts;
  if (!fit) {
    throw ShapeError("low_rank_sum: {} of {} parts takes [parts · rank, in] and [out, rank], not {} "
                     "and {}", ws, parts, as, bs);
  }
  const int64_t in = ws[1], height = ws[0] / parts, rank = bs[1];
  const real s = static_cast<real>(scale);
  const Tensor sa = scaled(s, a.value()), sb = scaled(s, b.value());
  Tensor y = w.value().clone();
  for (int64_t p = 0; p < parts; ++p) {
    gemm(Transpose::no, Transpose::no, height, in, rank, sb.data() + p * height * rank, rank,
         a.value().data() + p * rank * in, in, 1, y.data() + p * height * in, in);
  }
  return record("low_rank_sum", y, {w, a, b}, [=](const Tensor& dy, InputGrads& dx) {
    const auto rows = [&](int64_t p) { return dy.data() + p * height * in; };
    if (dx.wants(1)) {
      const Sink da = dx.into(1);
      for (int64_t p = 0; p < parts; ++p) {
        gemm(Transpose::yes, Transpose::no, rank, in, height, sb.data() + p * height * rank, rank,
             rows(p), in, da.beta, da.data() + p * rank * in, in);
      }
    }
    if (dx.wants(2)) {
      const Sink db = dx.into(2);
      for (int64_t p = 0; p < parts; ++p) {
        gemm(Transpose::no, Transpose::yes, height, rank, in, rows(p), in, sa.data() + p * rank * in,
             in, db.beta, db.data() + p * height * rank, rank);
      }
    }
    if (dx.wants(0)) dx.pass(0, dy);
  });
}

}  // namespace reprise
