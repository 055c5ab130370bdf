#include <vector>

#include "autograd/ops.h"
#include "core/error.h"
#include "core/kernels.h"

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

}  // namespace reprise
