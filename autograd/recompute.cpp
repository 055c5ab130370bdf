#include "autograd/recompute.h"

#include <memory>

namespace reprise {

// A segment on the outer tape: one node, whose closure records and walks an inner tape.
class Recompute {
 public:
  Recompute(const Context& context, std::span<const Variable> inputs, Segment segment)
      : context_(context), segment_(std::move(segment)) {
    context.tape->check_open("recompute");
    for (const Variable& input : inputs) {
      values_.push_back(input.value());
      wanted_.push_back(input.tape() != nullptr);
    }
  }

  // Forward without keeping anything; learns which Parameters the segment uses, and how often.
  Tensor forward() {
    Tape counting;
    counting.forgetful_ = true;
    std::vector<Tensor> unused(values_.size());
    const Variable y = run(counting, unused);
    wants_gradient_ = y.tape() != nullptr;
    if (!wants_gradient_) return y.value();  // no node, so no uses
    for (const auto& [parameter, uses] : counting.uses_) {
      Tape::Uses& outer = context_.tape->uses_of(parameter);
      segment_uses_.push_back(
          {const_cast<Parameter*>(parameter), outer.count, parameter->version()});
      if (outer.first_node < 0) outer.first_node = context_.tape->size();
      outer.count += uses.count;
    }
    return y.value();
  }

  bool wants_gradient() const { return wants_gradient_; }
  int32_t node = -1;

  void backward(const Tensor& dy, InputGrads& dx) const {
    Tape inner;
    inner.parent_ = context_.tape->parent_ ? context_.tape->parent_ : context_.tape;
    for (const SegmentUse& use : segment_uses_) {
      Tape::check_unchanged(*use.parameter, use.version);
      inner.uses_[use.parameter].count = use.first;
    }
    std::vector<Tensor> gradients(values_.size());
    const Variable y = run(inner, gradients);
    inner.backward(y, dy);
    for (size_t i = 0; i < gradients.size(); ++i) {
      const int at = static_cast<int>(i);
      if (gradients[i].defined() && dx.wants(at)) dx.pass(at, gradients[i]);
    }
    if (context_.tape->parent_) return;
    for (const SegmentUse& use : segment_uses_) context_.tape->fire_hooks(*use.parameter, node);
  }

  static Variable append(Tape& tape, Tensor value, std::span<const Variable> inputs,
                         std::shared_ptr<Recompute> self) {
    self->node = tape.size();
    return tape.append("recompute", std::move(value), inputs,
                       tape.keep([self](const Tensor& dy, InputGrads& dx) {
                         self->backward(dy, dx);
                       }));
  }

 private:
  Variable run(Tape& tape, std::vector<Tensor>& gradients) const {
    std::vector<Variable> inputs;
    for (size_t i = 0; i < values_.size(); ++i) {
      inputs.push_back(wanted_[i] ? tape.input(values_[i], &gradients[i]) : Variable(values_[i]));
    }
    Context inner = context_;
    inner.tape = &tape;
    return segment_(inner, inputs);
  }

  struct SegmentUse {
    Parameter* parameter;
    int first;         // number of the segment's first use of it
    uint64_t version;  // at that time
  };

  Context context_;
  Segment segment_;
  std::vector<Tensor> values_;
  std::vector<bool> wanted_;
  std::vector<SegmentUse> segment_uses_;
  bool wants_gradient_ = false;
};

Variable recompute(const Context& context, std::span<const Variable> inputs, Segment segment) {
  if (!context.tape) return segment(context, inputs);
  auto node = std::make_shared<Recompute>(context, inputs, std::move(segment));
  Tensor y = node->forward();
  if (!node->wants_gradient()) return Variable(std::move(y));
  return Recompute::append(*context.tape, std::move(y), inputs, std::move(node));
}

}  // namespace reprise
