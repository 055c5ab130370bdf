#include "autograd/tape.h"

#include "autograd/profile.h"
#include "core/error.h"
#include "core/kernels.h"

namespace reprise {

// ---- forward

Variable Tape::bind(const ParameterPtr& parameter) {
  if (!parameter->trainable()) return Variable::unrecorded(*parameter);
  check_open("bind");
  Uses& uses = uses_of(parameter.get());
  if (uses.first_node < 0) {
    uses.first_node = size();
    uses.parameter = parameter;
  }
  Node& node = nodes_.emplace_back("bind", parameter->shape());
  node.parameter = parameter.get();
  node.version = parameter->version();
  node.use = uses.count++;
  if (profile_) profile_->forward_done("bind");
  return Variable(Tensor(parameter->value()), this, size() - 1);
}

Variable::Use Variable::use() const {
  if (!tape_) return unrecorded_;
  const Tape::Node& node = tape_->nodes_[id_];
  return {node.parameter, node.use};
}

Variable Variable::unrecorded(const Parameter& parameter) {
  Variable variable(parameter.value());
  variable.unrecorded_ = {&parameter, parameter.count_unrecorded_use()};
  return variable;
}

Variable Tape::input(const Tensor& value, Tensor* gradient) {
  check_open("input");
  *gradient = Tensor();
  return append("input", Tensor(value), {},
                keep([gradient](const Tensor& dy, InputGrads&) { *gradient = dy; }));
}

Variable Tape::stand_in(const Variable& outer) {
  Node& node = nodes_.emplace_back("input", outer.shape());
  node.outer = outer.tape();
  node.outer_id = outer.id();
  return Variable(Tensor(outer.value()), this, size() - 1);
}

Tape* Tape::common_tape(std::string_view op, std::span<const Source> inputs) {
  Tape* tape = nullptr;
  for (const Source& input : inputs) {
    if (!input.tape) continue;
    if (tape && tape != input.tape) {
      throw UsageError("{}: operands of two tapes; a graph lives on one tape", op);
    }
    tape = input.tape;
  }
  if (tape) tape->check_open(op);  // before a closure is made, which only a node would destroy
  return tape;
}

Variable Tape::append(std::string_view op, Tensor&& value, std::span<const Source> inputs,
                      Closure closure) {
  auto* ids = static_cast<int32_t*>(arena_.take(inputs.size() * sizeof(int32_t), alignof(int32_t)));
  for (size_t i = 0; i < inputs.size(); ++i) ids[i] = inputs[i].id;
  Node& node = nodes_.emplace_back(op, value.shape());
  node.inputs = {ids, inputs.size()};
  node.closure = closure;
  if (profile_) profile_->forward_done(op);
  return Variable(std::move(value), this, size() - 1);
}

Tape::Uses& Tape::uses_of(const Parameter* parameter) {
  if (parameter != last_bound_) {
    last_bound_ = parameter;
    last_uses_ = &uses_[parameter];
  }
  return *last_uses_;
}

void Tape::check_open(std::string_view what) const {
  if (consumed_) {
    throw UsageError("{}: this tape has been through backward; reset it before recording", what);
  }
}

// ---- backward

void Tape::backward(const Variable& loss) {
  if (loss.value().numel() != 1) {
    throw ShapeError("backward: the loss has one element, this one is {}", loss.shape());
  }
  backward(loss, Tensor::full(loss.shape(), 1));
}

void Tape::backward(const Variable& y, const Tensor& dy) {
  if (y.tape() != this) {
    throw UsageError("backward: {}", y.tape() ? "the result belongs to another tape"
                                              : "the result depends on nothing that wants a gradient");
  }
  if (consumed_) throw UsageError("backward: a second time on one tape; record the step again");
  if (dy.shape() != y.shape()) {
    throw ShapeError("backward: gradient {} for a result of {}", dy.shape(), y.shape());
  }
  consumed_ = true;
  const int32_t last = y.id();
  const std::span<const int32_t> result(&last, 1);  // may be a use site: dy is a contribution too
  if (observed(gathering(last))) InputGrads(*this, result, 0).pass(0, dy);
  InputGrads(*this, result, -1).pass(0, dy);
  for (int32_t id = last; id >= 0; --id) {
    Node& node = nodes_[id];
    const Tensor gradient = std::move(node.gradient);
    if (node.parameter) {
      finish_use(node, id, gradient);
    } else if (gradient.defined()) {
      run(node, gradient);
    }
    node.closure.drop();
  }  // the gradient goes last: the next one takes its memory, which is in the cache
}

void Tape::run(Node& node, const Tensor& dy) {
  const bool any_observer = !(parent_ ? parent_ : this)->observers_.empty();
  if (any_observer) observe_contributions(node, dy);
  InputGrads dx(*this, node.inputs, -1);
  if (profile_) profile_->skip();
  node.closure.run(node.closure.object, dy, dx);
  if (profile_) profile_->backward_done(node.op);
}

// Asks the closure for each observed input by itself. The use site's own gradient slot, otherwise
// unused, is the scratch, so several ops that share one use site add up there.
void Tape::observe_contributions(Node& node, const Tensor& dy) {
  for (size_t i = 0; i < node.inputs.size(); ++i) {
    if (node.inputs[i] < 0 || !observed(gathering(node.inputs[i]))) continue;
    InputGrads alone(*this, node.inputs, static_cast<int>(i));
    node.closure.run(node.closure.object, dy, alone);
  }
}

bool Tape::observed(const Node& node) const {
  const Tape& owner = parent_ ? *parent_ : *this;
  return node.parameter && owner.observers_.contains(node.parameter);
}

void Tape::finish_use(Node& node, int32_t id, const Tensor& observed_contribution) {
  check_unchanged(*node.parameter, node.version);
  if (observed_contribution.defined()) {
    const Tape& owner = parent_ ? *parent_ : *this;
    owner.observers_.at(node.parameter)(node.use, observed_contribution);
  }
  if (!parent_) fire_hooks(*node.parameter, id);
}

void Tape::check_unchanged(const Parameter& parameter, uint64_t version) {
  if (version != parameter.version()) {
    throw UsageError("parameter {}: changed between its use and backward", parameter.name());
  }
}

// Does nothing unless `node` is where the Parameter's gradient is complete.
void Tape::fire_hooks(Parameter& parameter, int32_t node) const {
  if (parameter.gradient_hooks.empty() || !parameter.has_gradient()) return;
  if (uses_.at(&parameter).first_node != node) return;
  for (const auto& hook : parameter.gradient_hooks) hook(parameter.gradient());
}

// The node at which contributions to node `id` arrive: itself, or the one that it stands for.
Tape::Node& Tape::gathering(int32_t id) {
  Node& node = nodes_[id];
  return node.outer ? node.outer->gathering(node.outer_id) : node;
}

Sink Tape::sink(Node& node) {
  if (node.parameter) return node.parameter->gradient_sink();
  if (!node.gradient.defined()) {
    node.gradient = Tensor::empty(node.gradient.shape());
    return {node.gradient, 0};
  }
  // `pass` may have shared this memory with another node: adding here must not change it there.
  if (!node.gradient.unique()) node.gradient = node.gradient.clone();
  return {node.gradient, 1};
}

bool InputGrads::wants(int i) const {
  return inputs_[i] >= 0 && (only_ < 0 || only_ == i);
}

Sink InputGrads::into(int i) {
  Tape::Node& node = tape_.gathering(inputs_[i]);
  if (only_ < 0) return Tape::sink(node);
  if (node.gradient.defined()) return {node.gradient, 1};
  node.gradient = Tensor::empty(node.gradient.shape());
  return {node.gradient, 0};
}

void InputGrads::pass(int i, const Tensor& gradient) {
  Tape::Node& node = tape_.gathering(inputs_[i]);
  if (only_ < 0 && !node.parameter && !node.gradient.defined()) {
    node.gradient = gradient.view(node.gradient.shape());
    return;
  }
  const Sink dx = into(i);
  kernels::scale_add(gradient.numel(), 1, gradient.data(), dx.beta, dx.data());
}

// ---- housekeeping and views

void Tape::reset() {
  for (; !nodes_.empty(); nodes_.pop_back()) nodes_.back().closure.drop();
  arena_.reset();
  uses_.clear();
  last_bound_ = nullptr;
  last_uses_ = nullptr;
  consumed_ = false;
  if (profile_) profile_->skip();
}

void Tape::observe(const Parameter& parameter, UseObserver observer) {
  observers_[&parameter] = std::move(observer);
}

int Tape::uses(const Parameter& parameter) const {
  const auto found = uses_.find(&parameter);
  return found == uses_.end() ? 0 : found->second.count;
}

std::vector<const Parameter*> Tape::bound() const {
  std::vector<const Parameter*> parameters;
  for (const Node& node : nodes_) {
    if (node.parameter && node.use == 0) parameters.push_back(node.parameter);
  }
  return parameters;
}

Tape::NodeView Tape::node(int32_t id) const {
  const Node& node = nodes_.at(id);
  return {node.op, node.inputs, node.gradient.shape(), node.parameter};
}

}  // namespace reprise
