// Checks that several families of ops share.
#pragma once

#include <string_view>

#include "autograd/ops.h"
#include "core/error.h"

namespace reprise {

inline void check_rows(std::string_view op, const Shape& x) {
  if (x.rank() < 1) throw ShapeError("{}: needs a last dimension, got a scalar", op);
}

// A dimension of `shape`, counted from the end when it is negative.
inline int dimension(std::string_view op, const Shape& shape, int dim) {
  const int at = dim < 0 ? dim + shape.rank() : dim;
  if (at < 0 || at >= shape.rank()) throw ShapeError("{}: {} has no dimension {}", op, shape, dim);
  return at;
}

inline void check_dropout(std::string_view op, const Shape& x, const DropoutOptions& options) {
  if (!(options.p >= 0 && options.p < 1)) {
    throw UsageError("{}: p is in [0, 1), not {}", op, options.p);
  }
  if (options.places.defined() && options.places.numel() != x.rows()) {
    throw ShapeError("{}: {} places for the {} rows of {}", op, options.places.numel(), x.rows(), x);
  }
}

// What kernels take for options.places: null where a row's place is its number.
inline const int32_t* places_of(const DropoutOptions& options) {
  return options.places.defined() ? options.places.data<int32_t>() : nullptr;
}

}  // namespace reprise
