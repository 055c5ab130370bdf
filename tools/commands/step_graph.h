// The graph of one training step, as it is drawn: ops in the order of the forward pass, and Parameters, each
// once, with an arrow for every use.
#pragma once

#include <string>
#include <vector>

#include "autograd/tape.h"

namespace reprise {

struct StepGraph {
  struct Op {
    std::string name;         // "linear"
    Shape shape;              // of its result
    std::vector<int> inputs;  // ops whose results it takes, by number
  };
  struct Use {
    int op;       // that takes the Parameter
    int number;   // of the use, from 0 in the order of the forward pass
    int arrival;  // of its contribution to the gradient, from 1: the last use is the first to arrive
  };
  struct Weights {
    std::string name;  // "….query.weight, key, value": all parts
    Shape shape;
    std::vector<Use> uses;
  };

  std::vector<Op> ops;
  std::vector<Weights> weights;  // in the order of their first use
};

// What was recorded on the tape, before or after backward.
StepGraph read_graph(const Tape& tape);

// The neighbourhood of one Parameter: the ops that use it, those before and after them, and nothing else
// but the other Parameters of the ops that use it. `name` is any of its names. Throws Error (usage) with
// suggestions when the step uses none of that name.
StepGraph around(const StepGraph& graph, const Tape& tape, const std::string& name);

// For Graphviz.
std::string dot(const StepGraph& graph);
// A picture that stands alone: no scripts, no fonts, nothing from elsewhere. Ops go down a column,
// Parameters stand on their left; whoever shows it may scale it.
std::string svg(const StepGraph& graph, const std::string& title);

}  // namespace reprise
