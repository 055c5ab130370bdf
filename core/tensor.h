// Tensor: contiguous numbers in memory, in row-major order. No gradients here.
//
// A Tensor is a handle: copying it copies the pointer, and both handles see the same numbers.
// `slice` and `view` are handles on the same memory too; `clone` copies the numbers.
#pragma once

#include <initializer_list>
#include <span>

#include "core/dtype.h"
#include "core/shape.h"
#include "core/storage.h"

namespace reprise {

class Tensor {
 public:
  Tensor() = default;  // undefined: no memory
  // A shape without memory, which is what is left of a Tensor that was moved from.
  static Tensor none(const Shape& shape, DType dtype = kReal) { return Tensor(shape, dtype); }

  static Tensor empty(const Shape& shape, DType dtype = kReal,
                      Purpose purpose = Purpose::activations);
  static Tensor zeros(const Shape& shape, DType dtype = kReal,
                      Purpose purpose = Purpose::activations);
  static Tensor full(const Shape& shape, double value, DType dtype = kReal,
                     Purpose purpose = Purpose::activations);
  // The values in order of memory. Throws ShapeError unless there are shape.numel() of them.
  template <class T>
  static Tensor of(const Shape& shape, std::span<const T> values);
  static Tensor of(const Shape& shape, std::initializer_list<double> values);  // of kReal

  bool defined() const { return static_cast<bool>(storage_); }
  const Shape& shape() const { return shape_; }
  int64_t size(int d) const { return shape_[d]; }
  int64_t numel() const { return shape_.numel(); }
  DType dtype() const { return dtype_; }
  size_t bytes() const { return static_cast<size_t>(numel()) * size_of(dtype_); }

  // The numbers. Throws ShapeError when T is not the tensor's type.
  template <class T = real>
  T* data() const {
    check_dtype(dtype_of<T>);
    return static_cast<T*>(raw());
  }
  template <class T = real>
  std::span<T> values() const& {
    return {data<T>(), static_cast<size_t>(numel())};
  }
  // Of a tensor that ends with the statement the span would dangle.
  template <class T = real>
  std::span<T> values() const&& = delete;
  void* raw() const { return storage_ ? storage_->data() + offset_ : nullptr; }

  // Elements [begin, end) of the first dimension, on the same memory.
  Tensor slice(int64_t begin, int64_t end) const;
  // The same numbers in another shape, on the same memory.
  Tensor view(const Shape& shape) const;
  Tensor clone(Purpose purpose = Purpose::activations) const;

  void fill(double value) const;
  // Copies numbers of the same shape and type into this tensor's memory.
  void copy_from(const Tensor& source) const;
  double item(int64_t index = 0) const;  // one element, of any type, as a double

  // True when no other handle shares the memory, so that it may be written over.
  bool unique() const { return storage_ && storage_->references() == 1; }
  bool same_memory(const Tensor& other) const { return raw() == other.raw(); }

 private:
  Tensor(const Shape& shape, DType dtype) : shape_(shape), dtype_(dtype) {}

  void check_dtype(DType wanted) const {
    if (!defined() || dtype_ != wanted) refuse_dtype(wanted);
  }
  [[noreturn]] void refuse_dtype(DType wanted) const;

  StorageRef storage_;
  size_t offset_ = 0;  // bytes
  Shape shape_;
  DType dtype_ = kReal;
};

}  // namespace reprise
