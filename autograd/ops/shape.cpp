#include <algorithm>
#include <vector>

#include "autograd/ops.h"
#include "autograd/ops/checks.h"
#include "autograd/ops/loops.h"
#include "core/error.h"

namespace reprise {

namespace {

// A tensor seen as `outer` blocks; in each, a range of `length` out of `whole` consecutive numbers.
struct Range {
  int64_t outer, whole, begin, length;
};

// part [outer, length] = the range of x [outer, whole]
void take(const Range& r, const real* x, real* part) {
  loops::contribute(r.outer * r.length, 0, part, [=](int64_t i) {
    return x[i / r.length * r.whole + r.begin + i % r.length];
  });
}

// the range of x = beta · it + part
void put(const Range& r, const real* part, real beta, real* x) {
  parallel_ranges(r.outer, std::max<int64_t>(1, loops::kGrain / std::max<int64_t>(1, r.length)),
                  [&](int64_t begin, int64_t end) {
    for (int64_t o = begin; o < end; ++o) {
      real* dst = x + o * r.whole + r.begin;
      const real* src = part + o * r.length;
      for (int64_t i = 0; i < r.length; ++i) dst[i] = beta == 0 ? src[i] : beta * dst[i] + src[i];
    }
  });
}

Range range_of(const Shape& shape, int dim, int64_t begin, int64_t length) {
  int64_t outer = 1, inner = 1;
  for (int d = 0; d < dim; ++d) outer *= shape[d];
  for (int d = dim + 1; d < shape.rank(); ++d) inner *= shape[d];
  return {outer, shape[dim] * inner, begin * inner, length * inner};
}

// x as [outer, p, middle, q, inner], p and q the dimensions to swap.
struct Swap {
  int64_t outer, p, middle, q, inner;
};

// y [outer, q, middle, p, inner] = beta y + x [outer, p, middle, q, inner] with p and q swapped
void swap_dimensions(const Swap& s, const real* x, real beta, real* y) {
  loops::contribute(s.outer * s.p * s.middle * s.q * s.inner, beta, y, [=](int64_t i) {
    const int64_t n = i % s.inner, p = i / s.inner % s.p, m = i / (s.inner * s.p) % s.middle;
    const int64_t q = i / (s.inner * s.p * s.middle) % s.q;
    const int64_t o = i / (s.inner * s.p * s.middle * s.q);
    return x[(((o * s.p + p) * s.middle + m) * s.q + q) * s.inner + n];
  });
}

}  // namespace

Variable view(const Variable& x, const Shape& shape) {
  return record("view", x.value().view(shape), {x},
                [](const Tensor& dy, InputGrads& dx) { dx.pass(0, dy); });
}

Variable transpose(const Variable& x, int d0, int d1) {
  const int a = std::min(dimension("transpose", x.shape(), d0), dimension("transpose", x.shape(), d1));
  const int b = std::max(dimension("transpose", x.shape(), d0), dimension("transpose", x.shape(), d1));
  if (a == b) return x;
  Swap s{1, x.shape()[a], 1, x.shape()[b], 1};
  for (int d = 0; d < x.shape().rank(); ++d) {
    if (d < a) s.outer *= x.shape()[d];
    if (d > a && d < b) s.middle *= x.shape()[d];
    if (d > b) s.inner *= x.shape()[d];
  }
  Tensor y = Tensor::empty(x.shape().with(a, s.q).with(b, s.p));
  swap_dimensions(s, x.value().data(), 0, y.data());
  return record("transpose", y, {x}, [s](const Tensor& dy, InputGrads& dx) {
    const Sink d = dx.into(0);
    swap_dimensions({s.outer, s.q, s.middle, s.p, s.inner}, dy.data(), d.beta, d.data());
  });
}

// y = the parts one after the other along dim:  each part's gradient is its range of dy
Variable concat(std::span<const Variable> parts, int dim) {
  if (parts.empty()) throw ShapeError("concat: no parts");
  const Shape& first = parts[0].shape();
  const int at = dimension("concat", first, dim);
  int64_t total = 0;
  for (const Variable& part : parts) {
    if (part.shape().rank() != first.rank() || part.shape().with(at, first[at]) != first) {
      throw ShapeError("concat: {} and {} differ in more than dimension {}", first, part.shape(), dim);
    }
    total += part.shape()[at];
  }
  Tensor y = Tensor::empty(first.with(at, total));
  std::vector<Range> ranges;
  int64_t begin = 0;
  for (const Variable& part : parts) {
    ranges.push_back(range_of(y.shape(), at, begin, part.shape()[at]));
    put(ranges.back(), part.value().data(), 0, y.data());
    begin += part.shape()[at];
  }
  const std::vector<Source> sources(parts.begin(), parts.end());
  return record("concat", y, sources, [ranges](const Tensor& dy, InputGrads& dx) {
    for (size_t i = 0; i < ranges.size(); ++i) {
      const int part = static_cast<int>(i);
      if (!dx.wants(part)) continue;
      Tensor gradient = Tensor::empty({ranges[i].outer * ranges[i].length});
      take(ranges[i], dy.data(), gradient.data());
      dx.pass(part, gradient);
    }
  });
}

// y = x[begin, begin + length) along dim:  dx is dy there and 0 elsewhere
Variable narrow(const Variable& x, int dim, int64_t begin, int64_t length) {
  const int at = dimension("narrow", x.shape(), dim);
  if (begin < 0 || length < 0 || length > x.shape()[at] - begin) {
    throw ShapeError("narrow: {} elements from {} on, in dimension {} of {}", length, begin, dim,
                     x.shape());
  }
  const Range r = range_of(x.shape(), at, begin, length);
  Tensor y = Tensor::empty(x.shape().with(at, length));
  take(r, x.value().data(), y.data());
  return record("narrow", y, {x}, [r](const Tensor& dy, InputGrads& dx) {
    const Sink d = dx.into(0);
    if (d.beta == 0) d.tensor().fill(0);
    put(r, dy.data(), 1, d.data());
  });
}

}  // namespace reprise
