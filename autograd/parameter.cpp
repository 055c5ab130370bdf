#include "autograd/parameter.h"

#include <limits>
#include <unordered_set>

#include "core/error.h"
#include "core/kernels.h"

namespace reprise {

Parameter::Parameter(const Shape& shape, int parts)
    : value_(Tensor::zeros(shape, kReal, Purpose::weights)), parts_(parts) {
  const int64_t rows = shape.rank() == 0 ? 1 : shape[0];
  if (parts < 1 || rows % parts != 0) {
    throw ShapeError("parameter {}: {} rows can't be {} equal parts", shape, rows, parts);
  }
  for (int p = 0; p < parts; ++p) {
    parts_[p].begin = rows / parts * p;
    parts_[p].end = rows / parts * (p + 1);
  }
}

const std::string& Parameter::name() const {
  static const std::string unnamed = "(unnamed)";
  return parts_[0].name.empty() ? unnamed : parts_[0].name;
}

const Tensor& Parameter::gradient() const {
  if (!touched_) throw UsageError("parameter {}: no gradient has reached it", name());
  return gradient_;
}

Sink Parameter::gradient_sink() {
  if (!gradient_.defined()) gradient_ = Tensor::empty(shape(), kReal, Purpose::gradients);
  const real beta = touched_ ? 1 : 0;
  touched_ = true;
  return {gradient_, beta};
}

const Tensor& Parameter::bfloat16() const {
  Tensor& form = bfloat16_.form;
  if (form.defined() && bfloat16_.version == version_) return form;
  if (!form.defined()) form = Tensor::empty(shape(), DType::bf16, Purpose::weights);
  kernels::narrow(numel(), value_.data(), form.data<BFloat16>());
  bfloat16_.version = version_;
  return form;
}

std::shared_ptr<const PackedMatrix> Parameter::packed(Transpose transpose, Precision precision,
                                                      bool keep) const {
  auto& [form, version] = packed_[transpose == Transpose::yes][precision == Precision::bfloat16];
  if (form && version == version_) return form;
  form.reset();  // before the next one takes its memory
  auto packed = std::make_shared<const PackedMatrix>(transpose, value_, precision,
                                                     keep ? Purpose::weights : Purpose::activations);
  if (keep) {
    form = packed;
    version = version_;
  }
  return packed;
}

int Parameter::count_unrecorded_use() const {
  auto& [count, version] = unrecorded_uses_;
  if (version != version_) count = 0;
  version = version_;
  return count < std::numeric_limits<int>::max() ? count++ : count;
}

std::vector<NamedPart> named_parts(const std::vector<ParameterPtr>& parameters) {
  std::vector<NamedPart> named;
  std::unordered_set<const Parameter*> seen;
  for (const ParameterPtr& parameter : parameters) {
    if (!seen.insert(parameter.get()).second) {
      throw UsageError("parameter {} is listed twice: collect it once, however often it is used",
                       parameter->name());
    }
    for (const Parameter::Part& part : parameter->parts()) {
      const bool whole = parameter->parts().size() == 1;
      auto view = [&](const Tensor& t) { return whole ? t : t.slice(part.begin, part.end); };
      named.push_back({parameter.get(), part.name, part.aliases, view(parameter->value()),
                       parameter->has_gradient() ? view(parameter->gradient()) : Tensor()});
    }
  }
  return named;
}

}  // namespace reprise
