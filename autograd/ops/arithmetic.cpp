#include <cmath>

#include "autograd/ops.h"
#include "autograd/ops/loops.h"
#include "core/error.h"
#include "core/kernels.h"

namespace reprise {

namespace {

// a [rows, cols] with b [cols], b repeated for every row. rows is 1 when the shapes are equal.
struct Broadcast {
  int64_t rows, cols;
};

Broadcast broadcast(std::string_view op, const Shape& a, const Shape& b) {
  const int lead = a.rank() - b.rank();
  bool fits = lead >= 0;
  for (int d = 0; fits && d < b.rank(); ++d) fits = a[lead + d] == b[d];
  if (!fits) {
    throw ShapeError("{}: {} and {}; the second has the first one's shape or that of its last "
                     "dimensions", op, a, b);
  }
  return {b.numel() == 0 ? 0 : a.numel() / b.numel(), b.numel()};
}

// y = f(a, b), b repeated for every row.
template <class F>
Tensor combine(const Broadcast& s, const Tensor& a, const Tensor& b, const F& f) {
  Tensor y = Tensor::empty(a.shape());
  const real *pa = a.data(), *pb = b.data();
  real* py = y.data();
  const int64_t grain = std::max<int64_t>(1, loops::kGrain / std::max<int64_t>(1, s.cols));
  if (s.rows == 1) {
    loops::contribute(s.cols, 0, py, [=](int64_t i) { return f(pa[i], pb[i]); });
    return y;
  }
  parallel_ranges(s.rows, grain, [&](int64_t begin, int64_t end) {
    for (int64_t r = begin; r < end; ++r) {
      for (int64_t c = 0; c < s.cols; ++c) py[r * s.cols + c] = f(pa[r * s.cols + c], pb[c]);
    }
  });
  return y;
}

// The gradient of the repeated operand: `each` has a's shape and is summed over the rows.
void sum_into(const Broadcast& s, const Tensor& each, const Sink& db) {
  kernels::sum_rows(s.rows, s.cols, each.data(), db.beta, db.data());
}

// What the derivative is computed from, and so what is kept for the backward.
enum class Keep { input, output };

// Elementwise f of one tensor; its derivative is df(x) or df(y), by `keep`.
template <class F, class D>
Variable elementwise(std::string_view op, const Variable& x, const F& f, Keep keep, const D& df) {
  Tensor y = loops::map(x.value(), f);
  const Tensor kept = keep == Keep::input ? x.value() : y;
  return record(op, y, {x}, [kept, df](const Tensor& dy, InputGrads& dx) {
    const Sink d = dx.into(0);
    const real *k = kept.data(), *g = dy.data();
    loops::contribute(dy.numel(), d.beta, d.data(), [=](int64_t i) { return df(k[i]) * g[i]; });
  });
}

}  // namespace

// y = a + b:  da = dy,  db = Σ_rows dy
Variable add(const Variable& a, const Variable& b) {
  const Broadcast s = broadcast("add", a.shape(), b.shape());
  Tensor y = combine(s, a.value(), b.value(), [](real p, real q) { return p + q; });
  return record("add", std::move(y), {a, b}, [s](const Tensor& dy, InputGrads& dx) {
    if (dx.wants(0)) dx.pass(0, dy);
    if (!dx.wants(1)) return;
    if (s.rows == 1) return dx.pass(1, dy);
    sum_into(s, dy, dx.into(1));
  });
}

// y = a − b:  da = dy,  db = −Σ_rows dy
Variable sub(const Variable& a, const Variable& b) {
  const Broadcast s = broadcast("sub", a.shape(), b.shape());
  Tensor y = combine(s, a.value(), b.value(), [](real p, real q) { return p - q; });
  return record("sub", std::move(y), {a, b}, [s](const Tensor& dy, InputGrads& dx) {
    if (dx.wants(0)) dx.pass(0, dy);
    if (dx.wants(1)) sum_into(s, loops::map(dy, [](real v) { return -v; }), dx.into(1));
  });
}

// y = a b:  da = b dy,  db = Σ_rows a dy
Variable mul(const Variable& a, const Variable& b) {
  const Broadcast s = broadcast("mul", a.shape(), b.shape());
  const auto times = [](real p, real q) { return p * q; };
  Tensor y = combine(s, a.value(), b.value(), times);
  return record("mul", std::move(y), {a, b},
                [s, times, a = a.value(), b = b.value()](const Tensor& dy, InputGrads& dx) {
    if (dx.wants(0)) {
      if (s.rows == 1) {
        const Sink da = dx.into(0);
        kernels::multiply_add(s.cols, b.data(), dy.data(), da.beta, da.data());
      } else {
        dx.pass(0, combine(s, dy, b, times));
      }
    }
    if (dx.wants(1)) {
      const Sink db = dx.into(1);
      if (s.rows == 1) {
        kernels::multiply_add(s.cols, a.data(), dy.data(), db.beta, db.data());
      } else {
        sum_into(s, combine({1, a.numel()}, a, dy, times), db);
      }
    }
  });
}

// y = a / b:  da = dy / b,  db = −Σ_rows y dy / b
Variable div(const Variable& a, const Variable& b) {
  const Broadcast s = broadcast("div", a.shape(), b.shape());
  const auto ratio = [](real p, real q) { return p / q; };
  Tensor y = combine(s, a.value(), b.value(), ratio);
  return record("div", y, {a, b}, [s, ratio, y, b = b.value()](const Tensor& dy, InputGrads& dx) {
    const Tensor da = combine(s, dy, b, ratio);
    if (dx.wants(0)) dx.pass(0, da);
    if (!dx.wants(1)) return;
    sum_into(s, combine({1, y.numel()}, y, da, [](real p, real q) { return -p * q; }), dx.into(1));
  });
}

// y = c x:  dx = c dy
Variable scale(const Variable& x, double factor) {
  const auto c = static_cast<real>(factor);
  Tensor y = loops::map(x.value(), [c](real v) { return c * v; });
  return record("scale", std::move(y), {x}, [c](const Tensor& dy, InputGrads& dx) {
    const Sink d = dx.into(0);
    kernels::scale_add(dy.numel(), c, dy.data(), d.beta, d.data());
  });
}

// y = x + c:  dx = dy
Variable add_scalar(const Variable& x, double term) {
  const auto c = static_cast<real>(term);
  Tensor y = loops::map(x.value(), [c](real v) { return v + c; });
  return record("add_scalar", std::move(y), {x}, [](const Tensor& dy, InputGrads& dx) { dx.pass(0, dy); });
}

Variable neg(const Variable& x) { return scale(x, -1); }

// y = eˣ:  dx = y dy
Variable exp(const Variable& x) {
  return elementwise("exp", x, [](real v) { return std::exp(v); }, Keep::output,
                     [](real y) { return y; });
}

// y = ln x:  dx = dy / x
Variable log(const Variable& x) {
  return elementwise("log", x, [](real v) { return std::log(v); }, Keep::input,
                     [](real v) { return 1 / v; });
}

// y = √x:  dx = dy / (2 y)
Variable sqrt(const Variable& x) {
  return elementwise("sqrt", x, [](real v) { return std::sqrt(v); }, Keep::output,
                     [](real y) { return real(0.5) / y; });
}

// y = x²:  dx = 2 x dy
Variable square(const Variable& x) {
  return elementwise("square", x, [](real v) { return v * v; }, Keep::input,
                     [](real v) { return 2 * v; });
}

}  // namespace reprise
