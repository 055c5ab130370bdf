#include "tools/commands/step_graph.h"

#include <algorithm>
#include <map>
#include <set>

#include "core/error.h"
#include "core/printable.h"
#include "core/suggest.h"

namespace reprise {

namespace {

// "….query.weight, key, value": of further parts, the word in which they differ.
std::string name_of(const Parameter& parameter) {
  const std::string& first = parameter.name();
  std::string name = first;
  for (size_t i = 1; i < parameter.parts().size(); ++i) {
    const std::string& other = parameter.parts()[i].name;
    size_t word = 0;
    for (size_t c = 0; c < std::min(first.size(), other.size()) && first[c] == other[c]; ++c) {
      if (first[c] == '.') word = c + 1;
    }
    name += ", " + other.substr(word, other.find('.', word) - word);
  }
  return name;
}

// Every name of every part.
std::vector<std::string> names_of(const Parameter& parameter) {
  std::vector<std::string> names;
  for (const Parameter::Part& part : parameter.parts()) {
    names.push_back(part.name);
    names.insert(names.end(), part.aliases.begin(), part.aliases.end());
  }
  return names;
}

}  // namespace

StepGraph read_graph(const Tape& tape) {
  StepGraph graph;
  struct Bind {
    int weights, use;
  };
  std::map<const Parameter*, Bind> next;  // use of each Parameter
  std::map<int32_t, Bind> binds;          // by node
  std::vector<int> op_of(tape.size(), -1);
  for (const Parameter* parameter : tape.bound()) {
    next[parameter] = {static_cast<int>(graph.weights.size()), 0};
    graph.weights.push_back({name_of(*parameter), parameter->shape(), {}});
  }
  for (int32_t id = 0; id < tape.size(); ++id) {
    const Tape::NodeView node = tape.node(id);
    if (node.parameter) {
      Bind& bind = next.at(node.parameter);
      binds[id] = bind;
      ++bind.use;
      continue;
    }
    const int op = static_cast<int>(graph.ops.size());
    op_of[id] = op;
    graph.ops.push_back({std::string(node.op), node.shape, {}});
    for (const int32_t input : node.inputs) {
      if (input < 0) continue;
      const auto bind = binds.find(input);
      if (bind == binds.end()) {
        graph.ops[op].inputs.push_back(op_of[input]);
      } else {
        graph.weights[bind->second.weights].uses.push_back({op, bind->second.use, 0});
      }
    }
  }
  // Backward goes from the last op to the first.
  for (StepGraph::Weights& weights : graph.weights) {
    const int uses = static_cast<int>(weights.uses.size());
    for (int i = 0; i < uses; ++i) weights.uses[i].arrival = uses - i;
  }
  return graph;
}

StepGraph around(const StepGraph& graph, const Tape& tape, const std::string& name) {
  std::vector<std::string> all;
  const std::vector<const Parameter*> bound = tape.bound();
  int wanted = -1;
  for (size_t i = 0; i < bound.size(); ++i) {
    const std::vector<std::string> names = names_of(*bound[i]);
    if (std::find(names.begin(), names.end(), name) != names.end()) wanted = static_cast<int>(i);
    all.insert(all.end(), names.begin(), names.end());
  }
  if (wanted < 0) {
    throw Error(ExitCode::usage, "--around: the step uses no parameter {}{}", printable(name),
                did_you_mean_path(name, all));
  }

  std::set<int> users, kept;
  for (const StepGraph::Use& use : graph.weights[wanted].uses) users.insert(use.op);
  kept = users;
  for (size_t op = 0; op < graph.ops.size(); ++op) {
    for (const int input : graph.ops[op].inputs) {
      if (users.contains(static_cast<int>(op))) kept.insert(input);
      if (users.contains(input)) kept.insert(static_cast<int>(op));
    }
  }
  StepGraph part;
  std::map<int, int> renumbered;
  for (const int op : kept) {
    renumbered[op] = static_cast<int>(part.ops.size());
    part.ops.push_back(graph.ops[op]);
    std::erase_if(part.ops.back().inputs, [&](int input) { return !kept.contains(input); });
    for (int& input : part.ops.back().inputs) input = renumbered.at(input);
  }
  for (size_t w = 0; w < graph.weights.size(); ++w) {
    StepGraph::Weights weights = graph.weights[w];
    std::erase_if(weights.uses, [&](const StepGraph::Use& use) { return !users.contains(use.op); });
    for (StepGraph::Use& use : weights.uses) use.op = renumbered.at(use.op);
    if (!weights.uses.empty()) part.weights.push_back(std::move(weights));
  }
  return part;
}

// ---- DOT

namespace {

std::string quoted(const std::string& text) {
  std::string escaped;
  for (const char c : printable(text)) {
    if (c == '"' || c == '\\') escaped += '\\';
    escaped += c;
  }
  return '"' + escaped + '"';
}

// A hue for each Parameter, neighbours far apart.
int hue(size_t i) { return static_cast<int>(i * 137 % 360); }

}  // namespace

std::string dot(const StepGraph& graph) {
  std::string text = "digraph step {\n  rankdir=TB;\n  node [shape=box, fontname=\"sans-serif\"];\n";
  for (size_t i = 0; i < graph.ops.size(); ++i) {
    text += fmt::format("  op{} [label={}];\n", i,
                        quoted(fmt::format("{} {}", graph.ops[i].name, graph.ops[i].shape)));
  }
  for (size_t i = 0; i < graph.weights.size(); ++i) {
    const StepGraph::Weights& w = graph.weights[i];
    text += fmt::format("  p{} [shape=cylinder, style={}, label={}];\n", i,
                        w.uses.size() > 1 ? "bold" : "solid",
                        quoted(fmt::format("{} {} x{}", w.name, w.shape, w.uses.size())));
  }
  for (size_t i = 0; i < graph.ops.size(); ++i) {
    for (const int input : graph.ops[i].inputs) text += fmt::format("  op{} -> op{};\n", input, i);
  }
  for (size_t i = 0; i < graph.weights.size(); ++i) {
    for (const StepGraph::Use& use : graph.weights[i].uses) {
      text += fmt::format("  p{} -> op{} [label=\"use {}, arrives {}\", color=\"{:.3f} 0.8 0.6\"];\n", i,
                          use.op, use.number, use.arrival, hue(i) / 360.0);
    }
  }
  return text + "}\n";
}

// ---- SVG

namespace {

constexpr int kRow = 30, kBox = 22, kTop = 70, kMargin = 16;
constexpr int kLane = 8;     // between the lines that lead from Parameters to ops
constexpr int kLabel = 110;  // for what is said of a use
constexpr int kSide = 190;  // for the arcs of residuals
constexpr double kLetter = 6.7;       // of the fixed font, at 11 pixels
constexpr double kSmallLetter = 5.5;  // at 9

std::string xml(const std::string& text) {
  std::string escaped;
  for (const char c : printable(text)) {
    switch (c) {
      case '&': escaped += "&amp;"; break;
      case '<': escaped += "&lt;"; break;
      case '>': escaped += "&gt;"; break;
      case '"': escaped += "&quot;"; break;
      case '\'': escaped += "&#39;"; break;
      default: escaped += c;
    }
  }
  return escaped;
}

int width_of(const std::string& text) {
  return static_cast<int>(kLetter * static_cast<double>(text.size())) + 16;
}

std::string weights_label(const StepGraph::Weights& w) {
  return fmt::format("{} {}{}", w.name, w.shape,
                     w.uses.size() > 1 ? fmt::format("  used {} times", w.uses.size()) : "");
}

class Picture {
 public:
  Picture(const StepGraph& graph, const std::string& title) : graph_(graph), title_(title) {
    for (const StepGraph::Weights& w : graph.weights) {
      left_ = std::max(left_, width_of(weights_label(w)));
    }
    for (const StepGraph::Op& op : graph.ops) {
      column_ = std::max(column_, width_of(fmt::format("{} {}", op.name, op.shape)));
    }
    place_weights();
  }

  std::string text() {
    const int rows = static_cast<int>(graph_.ops.size());
    const int height = std::max(y(rows), places_.empty() ? 0 : places_.back() + kRow) + kMargin;
    const int width = x() + column_ + kSide;
    // A narrow window shrinks it, but scrolls before letters are too small to read.
    out_ = fmt::format("<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {} {}\" width=\"{}\" "
                       "style=\"max-width:100%;min-width:{}px;height:auto;background:#fff\" "
                       "font-family=\"monospace\" font-size=\"11\">\n<title>{}</title>\n", width, height,
                       width, width * 2 / 3, xml(title_));
    out_ += fmt::format("<text x=\"{}\" y=\"24\" font-size=\"15\" font-weight=\"bold\">{}</text>\n", kMargin,
                        xml(title_));
    out_ += fmt::format("<text x=\"{}\" y=\"46\" fill=\"#555\">parameters, each once; a thick frame: used more "
                        "than once. On an arrow: the use, and when its gradient arrives</text>\n", kMargin);
    uses();
    results();
    boxes();
    return out_ + "</svg>\n";
  }

 private:
  int x() const {  // of the ops
    return kMargin + left_ + kLane * (2 + static_cast<int>(graph_.weights.size())) + kLabel;
  }
  static int y(int op) { return kTop + op * kRow; }

  // Each beside the middle of its uses, but not over another.
  void place_weights() {
    std::vector<std::pair<int, size_t>> wanted;
    for (size_t i = 0; i < graph_.weights.size(); ++i) {
      int sum = 0;
      for (const StepGraph::Use& use : graph_.weights[i].uses) sum += y(use.op);
      const int uses = std::max<int>(1, static_cast<int>(graph_.weights[i].uses.size()));
      wanted.emplace_back(sum / uses, i);
    }
    std::sort(wanted.begin(), wanted.end());
    where_.resize(wanted.size());
    int free = kTop;
    for (const auto& [middle, i] : wanted) {
      where_[i] = std::max(free, middle);
      free = where_[i] + kRow;
      places_.push_back(where_[i]);
    }
  }

  // From each Parameter a line down a lane of its own, with a branch to every use.
  void uses() {
    std::vector<int> arrived(graph_.ops.size()), expected(graph_.ops.size());
    std::vector<std::string> said(graph_.ops.size());
    for (const StepGraph::Weights& w : graph_.weights) {
      for (const StepGraph::Use& use : w.uses) ++expected[use.op];
    }
    for (size_t i = 0; i < graph_.weights.size(); ++i) {
      const StepGraph::Weights& w = graph_.weights[i];
      const int lane = kMargin + left_ + kLane * (1 + static_cast<int>(i));
      for (const StepGraph::Use& use : w.uses) {
        const int to_y = y(use.op) + kBox * ++arrived[use.op] / (expected[use.op] + 1);
        out_ += fmt::format("<path d=\"M{} {} H{} V{} H{}\" fill=\"none\" stroke=\"hsl({},70%,40%)\">"
                            "<title>{}, use {} of {}, arrives {}</title></path>\n",
                            kMargin + left_, where_[i] + kBox / 2, lane, to_y, x(), hue(i), xml(w.name),
                            use.number, w.uses.size(), use.arrival);
        if (w.uses.size() > 1) said[use.op] = fmt::format("use {}, arrives {}", use.number, use.arrival);
      }
    }
    for (size_t op = 0; op < said.size(); ++op) {
      if (said[op].empty()) continue;
      const int width = static_cast<int>(kSmallLetter * static_cast<double>(said[op].size()));
      const int at = x() - 8 - width, middle = y(static_cast<int>(op)) + kBox / 2;
      out_ += fmt::format("<rect x=\"{}\" y=\"{}\" width=\"{}\" height=\"{}\" fill=\"#fff\"/>"
                          "<text x=\"{}\" y=\"{}\" font-size=\"9\" fill=\"#333\">{}</text>\n",
                          at - 2, y(static_cast<int>(op)) + 1, width + 4, kBox - 2, at, middle + 3,
                          said[op]);
    }
  }

  void results() {
    for (size_t i = 0; i < graph_.ops.size(); ++i) {
      const int op = static_cast<int>(i);
      for (const int input : graph_.ops[i].inputs) {
        if (input == op - 1) {
          out_ += fmt::format("<path d=\"M{0} {1} V{2}\" stroke=\"#333\"/>\n", x() + column_ / 2,
                              y(input) + kBox, y(op));
          continue;
        }
        const int right = x() + column_, bulge = std::min(kSide - 20, 20 + 12 * (op - input));
        out_ += fmt::format("<path d=\"M{0} {1} C{2} {1} {2} {3} {0} {3}\" fill=\"none\" "
                            "stroke=\"#999\"/>\n", right, y(input) + kBox / 2, right + bulge,
                            y(op) + kBox / 2 - 3);
      }
    }
  }

  void box(int at_x, int at_y, int width, const std::string& fill, const std::string& stroke,
           const char* thickness, const std::string& label) {
    out_ += fmt::format("<rect x=\"{}\" y=\"{}\" width=\"{}\" height=\"{}\" rx=\"4\" fill=\"{}\" "
                        "stroke=\"{}\" stroke-width=\"{}\"/><text x=\"{}\" y=\"{}\">{}</text>\n",
                        at_x, at_y, width, kBox, fill, stroke, thickness, at_x + 8, at_y + 15,
                        xml(label));
  }

  void boxes() {
    for (size_t i = 0; i < graph_.weights.size(); ++i) {
      box(kMargin, where_[i], left_, fmt::format("hsl({},70%,94%)", hue(i)),
          fmt::format("hsl({},70%,40%)", hue(i)), graph_.weights[i].uses.size() > 1 ? "2.5" : "1",
          weights_label(graph_.weights[i]));
    }
    for (size_t i = 0; i < graph_.ops.size(); ++i) {
      box(x(), y(static_cast<int>(i)), column_, "#f4f4f4", "#333", "1",
          fmt::format("{} {}", graph_.ops[i].name, graph_.ops[i].shape));
    }
  }

  const StepGraph& graph_;
  const std::string& title_;
  int left_ = 0, column_ = 0;
  std::vector<int> where_;   // of each Parameter
  std::vector<int> places_;  // the same, ascending
  std::string out_;
};

}  // namespace

std::string svg(const StepGraph& graph, const std::string& title) {
  return Picture(graph, title).text();
}

}  // namespace reprise
