// Parameter: trainable numbers that live outside every graph and may be used in many places of it.
//
// A Parameter is not a node. Each use appends a use site to the tape (tape.h), and all use sites add
// into the one gradient here. Sharing weights is copying the pointer: there is nothing else to it.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "core/packed_matrix.h"
#include "core/tensor.h"

namespace reprise {

// Where a gradient goes: data = beta * data + contribution. beta is 0 at the first contribution.
// It points to the gradient's own handle: write through it at once, don't keep it.
class Sink {
 public:
  Sink() = default;  // nowhere: nobody wants this gradient
  Sink(const Tensor& target, real b) : beta(b), target_(&target) {}

  real* data() const { return target_ ? target_->data<real>() : nullptr; }
  const Tensor& tensor() const { return *target_; }

  real beta = 0;

 private:
  const Tensor* target_ = nullptr;
};

class Parameter {
 public:
  // Rows [begin, end) of the first dimension under their own name. Queries, keys and values are one
  // Parameter, for one product, and three parts, as files and optimizers know them.
  struct Part {
    std::string name;                  // of the first path that leads here; see layers/collector.h
    std::vector<std::string> aliases;  // of every further path
    int64_t begin = 0;
    int64_t end = 0;
  };

  // One part that covers everything, or `parts` of equal height. The value is zero.
  explicit Parameter(const Shape& shape, int parts = 1);
  Parameter(const Parameter&) = delete;
  Parameter& operator=(const Parameter&) = delete;

  // The numbers; their memory stays the same for life. Whoever writes to it calls `touch`.
  const Tensor& value() const { return value_; }
  const Shape& shape() const { return value_.shape(); }
  int64_t numel() const { return value_.numel(); }

  std::vector<Part>& parts() { return parts_; }
  const std::vector<Part>& parts() const { return parts_; }
  // The first part's name, or "(unnamed)": for messages.
  const std::string& name() const;

  // The gradient: allocated at the first contribution, kept from step to step.
  bool has_gradient() const { return touched_; }
  const Tensor& gradient() const;  // throws UsageError when there is none
  Sink gradient_sink();            // marks it as touched: call once per contribution
  void clear_gradient() { touched_ = false; }

  bool trainable() const { return trainable_; }
  void set_trainable(bool on) { trainable_ = on; }

  // The value in bfloat16; kept until the value changes.
  const Tensor& bfloat16() const;
  // The value of a matrix, or its transpose, packed. With `keep`, or once kept, until the value changes.
  std::shared_ptr<const PackedMatrix> packed(Transpose transpose, Precision precision,
                                             bool keep) const;

  // Counts a use that no tape records, from 0 anew once the value has changed.
  int count_unrecorded_use() const;

  // Changes with every update of the value. A Parameter that changed between forward and backward
  // is an error; forms derived from the value (packed, converted) are kept by version.
  uint64_t version() const { return version_; }
  void touch() { ++version_; }

  // Called after every optimizer update, e.g. to hold a pruning mask.
  std::function<void(Parameter&)> after_update;
  // Called once per backward, after the last use has contributed, with the sum.
  std::vector<std::function<void(const Tensor&)>> gradient_hooks;

 private:
  Tensor value_;
  Tensor gradient_;
  // What is computed from the value, once per version of it however often it is used.
  template <class Form>
  struct Derived {
    Form form{};
    uint64_t version = 0;
  };
  mutable Derived<Tensor> bfloat16_;
  mutable Derived<std::shared_ptr<const PackedMatrix>> packed_[2][2];  // [transposed][precision]
  mutable Derived<int> unrecorded_uses_;
  std::vector<Part> parts_;
  uint64_t version_ = 0;
  bool touched_ = false;
  bool trainable_ = true;
};

using ParameterPtr = std::shared_ptr<Parameter>;

// One part, as files, optimizers and reports see it; tensors are views.
struct NamedPart {
  Parameter* parameter;
  std::string name;
  std::vector<std::string> aliases;
  Tensor value;
  Tensor gradient;  // undefined while the Parameter has none
};
// All parts in order. Throws UsageError when a Parameter occurs twice: an optimizer would step it once
// per occurrence, with a set of moments for each.
std::vector<NamedPart> named_parts(const std::vector<ParameterPtr>& parameters);

}  // namespace reprise
