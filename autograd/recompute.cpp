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
    const std::vector<Source> sources(inputs.begin(), inputs.end());
    const Tape* tape = Tape::common_tape("recompute", sources);
    if (tape && tape != context.tape) {
      throw UsageError("recompute: the inputs are of another tape than the context's");
    }
  }

  // Forward without keeping anything; learns which Parameters the segment uses, and how often. Each
  // gets one use site on the outer tape, which stands for all of its uses inside.
  Tensor forward() {
    Tape counting;
    counting.forgetful_ = true;
    counting.uses_ = context_.tape->uses_;  // a use has the number that it would have outside
    counting.profile_ = context_.tape->profile_;
    const Variable y = run(counting);
    wants_gradient_ = y.tape() != nullptr;
    for (const Tape::Node& inside : counting.nodes_) {
      if (!inside.parameter) continue;
      const int before = context_.tape->uses(*inside.parameter);
      if (inside.use != before) continue;  // not the segment's first
      const Tape::Uses& uses = counting.uses_.at(inside.parameter);
      sites_.push_back(context_.tape->bind(uses.parameter));
      context_.tape->uses_of(inside.parameter).count = uses.count;
    }
    return y.value();
  }

  bool wants_gradient() const { return wants_gradient_; }

  // The inputs of the inner tape stand for those outside, so that every contribution goes where it
  // would go without recomputation, in the same order. Observers are served from within; hooks wait
  // for the use sites outside.
  void backward(const Tensor& dy, const InputGrads& dx) const {
    if (dx.repeated()) return;
    Tape inner;
    inner.profile_ = context_.tape->profile_;
    inner.parent_ = context_.tape->parent_ ? context_.tape->parent_ : context_.tape;
    for (const Variable& variable : sites_) {
      const Tape::Node& site = context_.tape->nodes_[variable.id()];
      inner.uses_[site.parameter].count = site.use;
    }
    const Variable y = run(inner);
    inner.backward(y, dy);
  }

  // The node: its inputs are the segment's and the use sites.
  static Variable append(Tape& tape, Tensor value, std::shared_ptr<Recompute> self) {
    std::vector<Source> sources(self->inputs_.begin(), self->inputs_.end());
    sources.insert(sources.end(), self->sites_.begin(), self->sites_.end());
    return tape.append("recompute", std::move(value), sources,
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

  Context context_;
  Segment segment_;
  std::vector<Variable> inputs_;
  std::vector<Variable> sites_;
  bool wants_gradient_ = false;
};

Variable recompute(const Context& context, std::span<const Variable> inputs, Segment segment) {
  if (!context.tape) return segment(context, inputs);
  auto node = std::make_shared<Recompute>(context, inputs, std::move(segment));
  Tensor y = node->forward();
  if (!node->wants_gradient()) return Variable(std::move(y));
  return Recompute::append(*context.tape, std::move(y), std::move(node));
}

}  // namespace reprise
