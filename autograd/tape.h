// The tape: what was computed, in order, and how to go back through it. The chapter to read first.
//
// Three ideas carry everything else:
//  1. Creation order is topological order. An op can only use what exists, so walking the nodes from the
//     loss down to 0 meets every node after all of its uses. No recursion, no sorting: a plain `for`.
//  2. A Parameter is not a node. Each use of it appends a use site; twelve uses of one matrix are twelve
//     nodes, whose contributions are all added, in node order, into the one Parameter's gradient.
//  3. The tape keeps recipes, not values. A node holds a closure that knows how to turn the gradient of
//     the op's output into gradients of its inputs; what the closure captured is all that is kept.
//     Backward drops each closure once it has run, so memory falls as it walks.
//
// Not thread-safe: a tape belongs to one thread (kernels inside its ops use many).
// There are no second derivatives: backward itself records nothing.
#pragma once

#include <cstdint>
#include <functional>
#include <initializer_list>
#include <span>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "autograd/arena.h"
#include "autograd/parameter.h"
#include "core/tensor.h"

namespace reprise {

class Profile;
class Tape;

// A tensor and, where a gradient is wanted, the node that made it. Cheap to copy.
class Variable {
 public:
  Variable() = default;
  explicit Variable(Tensor value) : value_(std::move(value)) {}  // a constant

  const Tensor& value() const { return value_; }
  const Shape& shape() const { return value_.shape(); }
  Tape* tape() const { return tape_; }  // null: a constant; nothing flows back through it
  int32_t id() const { return id_; }
  // The Parameter that this is a use of and the number of the use, from 0; null for any other Variable.
  struct Use {
    const Parameter* parameter = nullptr;
    int number = 0;
  };
  Use use() const;
  // A use that no tape records: a constant, of which forms may be kept as of any use.
  static Variable unrecorded(const Parameter& parameter);

 private:
  friend class Tape;
  Variable(Tensor&& value, Tape* tape, int32_t id) : value_(std::move(value)), tape_(tape), id_(id) {}

  Tensor value_;
  Tape* tape_ = nullptr;
  int32_t id_ = -1;
  Use unrecorded_;
};

// Where an op's input came from: all of it that the tape keeps. (What the backward needs of its value is
// for the closure to capture.)
struct Source {
  Source(const Variable& input) : tape(input.tape()), id(input.id()) {}

  Tape* tape;  // null: a constant
  int32_t id;  // -1: a constant
};

// Where a backward closure puts the gradients of the op's inputs.
class InputGrads {
 public:
  // False when nobody needs input i's gradient: skip the work.
  bool wants(int i) const;
  // Call once per contribution to input i, then write dst = beta * dst + contribution.
  Sink into(int i);
  // Contributes `gradient`, which has as many elements as input i; shares its memory where it can.
  void pass(int i, const Tensor& gradient);
  // True in a repeated run for one input's contribution by itself, see Tape::observe. Repeated runs come
  // before the one that counts.
  bool repeated() const { return only_ >= 0; }

 private:
  friend class Tape;
  InputGrads(Tape& tape, std::span<const int32_t> inputs, int only)
      : tape_(tape), inputs_(inputs), only_(only) {}

  Tape& tape_;
  std::span<const int32_t> inputs_;
  int only_;  // >= 0: a repeated run that asks for this input's contribution by itself
};

// Receives the contribution of use number `use` (in order of binding) of an observed Parameter.
using UseObserver = std::function<void(int use, const Tensor& contribution)>;

class Tape {
 public:
  Tape() = default;
  ~Tape() { reset(); }
  Tape(const Tape&) = delete;
  Tape& operator=(const Tape&) = delete;

  // A use site of the Parameter: its gradient goes to parameter->gradient(). A frozen Parameter gives a
  // constant.
  Variable bind(const ParameterPtr& parameter);

  // A leaf that isn't a Parameter; backward stores its gradient in *gradient, which must outlive it and
  // stays undefined when no gradient arrives.
  Variable input(const Tensor& value, Tensor* gradient);

  // Walks from `y` to the first node. The loss form wants one element, whose gradient is 1. Once only:
  // a second backward throws UsageError.
  void backward(const Variable& loss);
  void backward(const Variable& y, const Tensor& dy);

  // Forgets all nodes and keeps the memory for the next step. Variables made before are dead.
  void reset();

  // Watches the contribution of each use of a Parameter during backward. The gradient's own bits don't
  // change: an observed op's closure runs once more, into scratch, which costs its time again.
  void observe(const Parameter& parameter, UseObserver observer);

  // How often the Parameter was bound since the last reset, and all Parameters that were, in the order
  // of their first use.
  int uses(const Parameter& parameter) const;
  std::vector<const Parameter*> bound() const;

  // Charges the time of each op to *profile (profile.h), which must outlive this tape; null: off.
  void profile(Profile* profile) { profile_ = profile; }

  // For tools that draw or explain the graph.
  struct NodeView {
    std::string_view op;  // "bind" for a use site, "input" for a leaf
    std::span<const int32_t> inputs;
    const Shape& shape;
    const Parameter* parameter;
  };
  int32_t size() const { return static_cast<int32_t>(nodes_.size()); }
  NodeView node(int32_t id) const;

 private:
  friend class InputGrads;
  friend class Recompute;
  friend class Variable;
  template <class Backward>
  friend Variable record(std::string_view, Tensor, std::span<const Source>, Backward&&);

  // A closure in the arena, with its type erased.
  struct Closure {
    void* object = nullptr;
    void (*run)(void*, const Tensor& dy, InputGrads& dx) = nullptr;
    void (*destroy)(void*) = nullptr;

    void drop() {
      if (object) destroy(object);
      object = nullptr;
    }
  };

  struct Node {
    Node(std::string_view name, const Shape& shape) : op(name), gradient(Tensor::none(shape)) {}

    std::string_view op;
    Tensor gradient;                  // what has arrived so far; has the shape from the start
    std::span<const int32_t> inputs;  // ids, -1 for a constant; in the arena
    Closure closure;
    Parameter* parameter = nullptr;   // use sites
    uint64_t version = 0;             // the Parameter's, when it was bound
    int use = 0;                      // number of the use
    int32_t outer_id = -1;            // stand-ins: the node that they stand for, and
    Tape* outer = nullptr;            // its tape
  };

  struct Uses {
    ParameterPtr parameter;  // kept alive for its nodes
    int count = 0;
    int32_t first_node = -1;  // backward meets it last: the gradient is complete there
  };

  // A leaf that stands for a Variable of another tape: what is contributed to it goes there directly.
  Variable stand_in(const Variable& outer);
  static Tape* common_tape(std::string_view op, std::span<const Source> inputs);
  template <class Backward>
  Closure keep(Backward&& backward);
  Variable append(std::string_view op, Tensor&& value, std::span<const Source> inputs,
                  Closure closure);
  Uses& uses_of(const Parameter* parameter);
  void check_open(std::string_view what) const;
  void run(Node& node, const Tensor& dy);
  void observe_contributions(Node& node, const Tensor& dy);
  void finish_use(Node& node, int32_t id, const Tensor& observed_contribution);
  static void check_unchanged(const Parameter& parameter, uint64_t version);
  void fire_hooks(Parameter& parameter, int32_t node) const;
  Node& gathering(int32_t id);
  static Sink sink(Node& node);
  bool observed(const Node& node) const;

  Arena arena_;
  std::vector<Node> nodes_;
  std::unordered_map<const Parameter*, Uses> uses_;
  const Parameter* last_bound_ = nullptr;  // spares the look-up when one Parameter is bound in a row
  Uses* last_uses_ = nullptr;
  std::unordered_map<const Parameter*, UseObserver> observers_;
  Profile* profile_ = nullptr;    // null: nobody asks
  const Tape* parent_ = nullptr;  // of a recomputed segment: its observers and hooks count
  bool forgetful_ = false;        // closures are dropped at once: counts uses, keeps nothing
  bool consumed_ = false;
};

// Appends a node for `value`, computed by `op` from `inputs`; `backward(const Tensor& dy, InputGrads& dx)`
// is its closure. Without an input that wants a gradient the result is a constant and nothing is kept.
// A closure may be run more than once (observers), so it doesn't change what it captured except in its last
// run, where dx.repeated() is false.
template <class Backward>
Variable record(std::string_view op, Tensor value, std::span<const Source> inputs,
                Backward&& backward) {
  Tape* tape = Tape::common_tape(op, inputs);
  if (!tape) return Variable(std::move(value));
  return tape->append(op, std::move(value), inputs, tape->keep(std::forward<Backward>(backward)));
}
template <class Backward>
Variable record(std::string_view op, Tensor value, std::initializer_list<Source> inputs,
                Backward&& backward) {
  return record(op, std::move(value), std::span<const Source>(inputs.begin(), inputs.size()),
                std::forward<Backward>(backward));
}

template <class Backward>
Tape::Closure Tape::keep(Backward&& backward) {
  using Object = std::decay_t<Backward>;
  if (forgetful_) return {};
  return {.object = new (arena_.take(sizeof(Object), alignof(Object)))
              Object(std::forward<Backward>(backward)),
          .run = [](void* object, const Tensor& dy,
                    InputGrads& dx) { (*static_cast<Object*>(object))(dy, dx); },
          .destroy = [](void* object) { static_cast<Object*>(object)->~Object(); }};
}

}  // namespace reprise
