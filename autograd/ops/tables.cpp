#include <vector>

#include "autograd/ops.h"
#include "autograd/ops/checks.h"
#include "core/error.h"
#include "core/kernels.h"
#include "core/parallel.h"

namespace reprise {

namespace {

// y = table[ids]:  dtable[id] = Σ dy over the places where the id stands
Variable take_rows(std::string_view op, const Variable& table, const Tensor& ids) {
  const Shape& t = table.shape();
  if (t.rank() != 2) throw ShapeError("{}: the table is [rows, width], this one is {}", op, t);
  const int32_t* id = ids.data<int32_t>();
  for (int64_t i = 0; i < ids.numel(); ++i) {
    if (id[i] < 0 || id[i] >= t[0]) {
      throw DataError("{}: index {} at place {}, in a table of {} rows", op, id[i], i, t[0]);
    }
  }
  std::vector<int64_t> sizes(ids.shape().sizes().begin(), ids.shape().sizes().end());
  sizes.push_back(t[1]);
  Tensor y = Tensor::empty(Shape(std::span<const int64_t>(sizes)));
  kernels::gather_rows(ids.numel(), t[1], table.value().data(), id, y.data());
  return record(op, y, {table}, [ids, rows = t[0], cols = t[1]](const Tensor& dy, InputGrads& dx) {
    const Sink d = dx.into(0);
    kernels::scatter_add_rows(ids.numel(), cols, dy.data(), ids.data<int32_t>(), rows, d.beta,
                              d.data());
  });
}

}  // namespace

Variable embedding(const Variable& table, const Tensor& ids) {
  return take_rows("embedding", table, ids);
}

Variable gather_rows(const Variable& x, const Tensor& rows) {
  return take_rows("gather_rows", x, rows);
}

// y[.., index[i], ..] = Σ x[.., i, ..]:  dx[.., i, ..] = dy[.., index[i], ..]
Variable index_add(const Variable& x, int dim, const Tensor& index, int64_t size) {
  const Shape& s = x.shape();
  const int at = dimension("index_add", s, dim);
  if (index.shape() != Shape{s[at]}) {
    throw ShapeError("index_add: {} indices for dimension {} of {}", index.numel(), dim, s);
  }
  const int32_t* place = index.data<int32_t>();
  int64_t outer = 1, inner = 1;
  for (int d = 0; d < at; ++d) outer *= s[d];
  for (int d = at + 1; d < s.rank(); ++d) inner *= s[d];
  for (int64_t i = 0; i < s[at]; ++i) {
    if (place[i] < 0 || place[i] >= size) {
      throw DataError("index_add: index {} at place {}, in a dimension of {}", place[i], i, size);
    }
  }
  Tensor y = Tensor::empty(s.with(at, size));
  parallel_for(outer, [&](int64_t o) {
    kernels::scatter_add_rows(s[at], inner, x.value().data() + o * s[at] * inner, place, size, 0,
                              y.data() + o * size * inner);
  });
  return record("index_add", y, {x},
                [=, n = s[at]](const Tensor& dy, InputGrads& dx) {
    const Tensor gradient = Tensor::empty({outer * n * inner});
    parallel_for(outer, [&](int64_t o) {
      kernels::gather_rows(n, inner, dy.data() + o * size * inner, index.data<int32_t>(),
                           gradient.data() + o * n * inner);
    });
    dx.pass(0, gradient);
  });
}

}  // namespace reprise
