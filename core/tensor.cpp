#include "core/tensor.h"

#include <algorithm>
#include <bit>
#include <cstring>
#include <vector>

#include "core/error.h"

namespace reprise {

size_t size_of(DType dtype) {
  constexpr size_t kSizes[] = {4, 8, 2, 4, 1};
  return kSizes[static_cast<int>(dtype)];
}

std::string_view to_string(DType dtype) {
  constexpr std::string_view kNames[] = {"float32", "float64", "bfloat16", "int32", "uint8"};
  return kNames[static_cast<int>(dtype)];
}

Tensor Tensor::empty(const Shape& shape, DType dtype, Purpose purpose) {
  size_t bytes = 0;
  if (__builtin_mul_overflow(static_cast<size_t>(shape.numel()), size_of(dtype), &bytes)) {
    throw ShapeError("tensor {}: more bytes than can be counted", shape);
  }
  Tensor tensor(shape, dtype);
  tensor.storage_ = StorageRef(Storage::allocate(bytes, purpose));
  return tensor;
}

Tensor Tensor::zeros(const Shape& shape, DType dtype, Purpose purpose) {
  Tensor tensor = empty(shape, dtype, purpose);
  std::memset(tensor.raw(), 0, tensor.bytes());
  return tensor;
}

Tensor Tensor::full(const Shape& shape, double value, DType dtype, Purpose purpose) {
  Tensor tensor = empty(shape, dtype, purpose);
  tensor.fill(value);
  return tensor;
}

template <class T>
Tensor Tensor::of(const Shape& shape, std::span<const T> values) {
  if (static_cast<int64_t>(values.size()) != shape.numel()) {
    throw ShapeError("tensor {}: {} values given, {} needed", shape, values.size(), shape.numel());
  }
  Tensor tensor = empty(shape, dtype_of<T>);
  std::copy(values.begin(), values.end(), tensor.data<T>());
  return tensor;
}
template Tensor Tensor::of(const Shape&, std::span<const float>);
template Tensor Tensor::of(const Shape&, std::span<const double>);
template Tensor Tensor::of(const Shape&, std::span<const int32_t>);
template Tensor Tensor::of(const Shape&, std::span<const uint8_t>);

Tensor Tensor::of(const Shape& shape, std::initializer_list<double> values) {
  std::vector<real> converted(values.begin(), values.end());
  return of(shape, std::span<const real>(converted));
}

Tensor Tensor::slice(int64_t begin, int64_t end) const {
  if (shape_.rank() == 0 || begin < 0 || begin > end || end > shape_[0]) {
    throw ShapeError("slice: [{}, {}) of the first dimension of {}", begin, end, shape_);
  }
  Tensor part = *this;
  part.shape_ = shape_.with(0, end - begin);
  const int64_t row = shape_[0] == 0 ? 0 : numel() / shape_[0];
  part.offset_ += static_cast<size_t>(begin * row) * size_of(dtype_);
  return part;
}

Tensor Tensor::view(const Shape& shape) const {
  if (shape.numel() != numel()) {
    throw ShapeError("view: {} has {} elements, {} has {}", shape_, numel(), shape, shape.numel());
  }
  Tensor same = *this;
  same.shape_ = shape;
  return same;
}

Tensor Tensor::clone(Purpose purpose) const {
  Tensor copy = empty(shape_, dtype_, purpose);
  copy.copy_from(*this);
  return copy;
}

void Tensor::fill(double value) const {
  const auto n = static_cast<size_t>(numel());
  switch (dtype_) {
    case DType::f32: return void(std::fill_n(data<float>(), n, static_cast<float>(value)));
    case DType::f64: return void(std::fill_n(data<double>(), n, value));
    case DType::bf16:
      return void(std::fill_n(data<BFloat16>(), n, to_bfloat16(static_cast<float>(value))));
    case DType::i32: return void(std::fill_n(data<int32_t>(), n, static_cast<int32_t>(value)));
    case DType::u8: return void(std::fill_n(data<uint8_t>(), n, static_cast<uint8_t>(value)));
  }
}

void Tensor::copy_from(const Tensor& source) const {
  if (source.shape_ != shape_ || source.dtype_ != dtype_) {
    throw ShapeError("copy: from {} {} to {} {}", to_string(source.dtype_), source.shape_,
                     to_string(dtype_), shape_);
  }
  if (bytes() > 0) std::memmove(raw(), source.raw(), bytes());
}

double Tensor::item(int64_t index) const {
  if (index < 0 || index >= numel()) {
    throw ShapeError("item: element {} of a tensor of shape {}", index, shape_);
  }
  switch (dtype_) {
    case DType::f32: return data<float>()[index];
    case DType::f64: return data<double>()[index];
    case DType::bf16: return to_float(data<BFloat16>()[index]);
    case DType::i32: return data<int32_t>()[index];
    case DType::u8: return data<uint8_t>()[index];
  }
  return 0;
}

void Tensor::refuse_dtype(DType wanted) const {
  if (!defined()) throw ShapeError("tensor: used before it was given memory");
  throw ShapeError("tensor {}: holds {}, asked for as {}", shape_, to_string(dtype_),
                   to_string(wanted));
}

}  // namespace reprise
