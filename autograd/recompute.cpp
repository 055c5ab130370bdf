#include "autograd/recompute.h"

#include <memory>

#include "core/error.h"

namespace reprise {

// A segment on the outer tape: one node, whose closure records and walks an inner tape.
class Recompute {
 public:
  Recompute(const Context& context, std::span<const Variable> inputs, Segment segment)
      : context_(context), segment_(std::move(segment)), inputs_(inputs.begin(), inputs.end()) {
    context.tape->check_open("recompute");
    const Tape* tape = Tape::common_tape("recompute", inputs);
    if (tape && tape != context.tape) {
      throw UsageError("recompute: the inputs are of another tape than the context's");
    }
  }

  // Forward without keeping anything; learns which Parameters the segment uses, and how often.
  Tensor forward() {
    Tape counting;
    counting.forgetful_ = true;
    const Variable y = run(counting);
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

  // The inputs of the inner tape stand for those outside, so that every contribution goes where it would
  // go without recomputation, in the same order. Observers are served from within.
  void backward(const Tensor& dy, const InputGrads& dx) const {
    if (dx.repeated()) return;
    Tape inner;
    inner.parent_ = context_.tape->parent_ ? context_.tape->parent_ : context_.tape;
    for (const SegmentUse& use : segment_uses_) {
      Tape::check_unchanged(*use.parameter, use.version);
      inner.uses_[use.parameter].count = use.first;
    }
    const Variable y = run(inner);
    inner.backward(y, dy);
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
  Variable run(Tape& tape) const {
    std::vector<Variable> inputs;
    for (const Variable& input : inputs_) {
      inputs.push_back(input.tape() ? tape.stand_in(input) : input);
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
  std::vector<Variable> inputs_;
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
