// Lesson 4: one table at both ends.
//
// A language model has a table that turns words into vectors, and at its other end a table that
// turns a vector into a score for every word. Both have a row per word, so they can be the same
// table: looked up at one end, multiplied with, transposed, at the other. Press & Wolf 2017 and
// Inan et al. 2017 found that this not only halves the largest part of a small model but often
// makes it better; BERT and ALBERT do it too.
//
// The table's gradient is then the sum of two very different parts, and its file holds one tensor
// under two names. The second is where ties get lost: a loader that goes by names makes two tables
// of it, nothing looks wrong, and training lets them drift apart.
#include <stdlib.h>

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <map>
#include <memory>
#include <sstream>
#include <span>
#include <string>
#include <system_error>
#include <vector>

#include "autograd/ops.h"
#include "core/rng.h"
#include "core/safetensors.h"
#include "layers/collector.h"
#include "optim/registry.h"
#include "tools/lessons/lesson.h"
#include "tools/trainer/load_weights.h"

namespace reprise {
namespace {

// ---- The text

constexpr const char* kText =
    "the cat sees the mouse . the mouse sees the cat . the dog hears the bird . "
    "the bird hears the dog . a small mouse runs to the old house . a big dog runs to the small "
    "river . the old man lives in the house . the young bird sings by the river . a cat sleeps in "
    "the house . a dog sleeps by the river . the man feeds the dog and the cat . "
    "the bird feeds the young and sings .";

struct Text {
  std::vector<std::string> words;  // in order of appearance
  std::vector<int32_t> ids;        // the text
};

Text read_text() {
  Text text;
  std::map<std::string, int32_t> numbers;
  std::istringstream stream(kText);
  for (std::string word; stream >> word;) {
    const auto [at, fresh] = numbers.emplace(word, static_cast<int32_t>(numbers.size()));
    if (fresh) text.words.push_back(word);
    text.ids.push_back(at->second);
  }
  return text;
}

// What is predicted from what: each word from the one before it.
struct Examples {
  Tensor words, next;  // [n] i32
};

Examples make_examples(const Text& text, size_t count) {
  const std::span<const int32_t> ids(text.ids);
  const Shape shape{static_cast<int64_t>(count)};
  return {Tensor::of(shape, ids.subspan(0, count)), Tensor::of(shape, ids.subspan(1, count))};
}

// ---- The model

constexpr int64_t kWidth = 16;

struct Model {
  ParameterPtr input;   // [V, kWidth]: row w is the vector of word w
  ParameterPtr middle;  // [kWidth, kWidth]
  ParameterPtr output;  // [V, kWidth]: row w, times a vector, is the score of word w

  bool tied() const { return input == output; }

  Variable loss(Tape& tape, const Examples& examples) const {
    const Variable x = embedding(tape.bind(input), examples.words);  // the tied table's use 0
    const Variable h = tanh(linear(x, tape.bind(middle)));
    const Variable scores = linear(h, tape.bind(output));  // its use 1: h · tableᵀ
    return cross_entropy(scores, examples.next, 1.0 / static_cast<double>(examples.next.numel()));
  }

  // Names the Parameters; a Parameter met again isn't added again but gets an alias.
  std::vector<ParameterPtr> parameters() const {
    Collector collector;
    collector.add(input, Start::random, {"embedding.weight"});
    collector.add(middle, Start::random, {"middle.weight"});
    collector.add(output, Start::random, {"decoder.weight"});
    return collector.parameters();
  }
};

ParameterPtr make_parameter(const Shape& shape, uint64_t seed) {
  auto parameter = std::make_shared<Parameter>(shape);
  fill_normal(parameter->value(), RandomKey(seed), 0, 0.3);
  return parameter;
}

// Tying is the last choice here: the same pointer, or another Parameter of the same numbers.
Model make_model(int64_t words, bool tied) {
  const ParameterPtr table = make_parameter({words, kWidth}, 1);
  return {table, make_parameter({kWidth, kWidth}, 2),
          tied ? table : make_parameter({words, kWidth}, 1)};
}

int64_t count(const std::vector<ParameterPtr>& parameters) {
  int64_t numbers = 0;
  for (const ParameterPtr& parameter : parameters) numbers += parameter->numel();
  return numbers;
}

// Plain gradient descent: it keeps no moments, so the weights alone are the whole state of a run.
// Returns the loss after the last step.
double train(const Model& model, const Examples& examples, int steps) {
  OptimizerConfig config;
  config.type = "sgd";
  const auto optimizer = make_optimizer(config, model.parameters());
  Tape tape;
  for (int step = 0; step < steps; ++step) {
    tape.reset();
    optimizer->clear_gradients();
    tape.backward(model.loss(tape, examples));
    optimizer->step(0.5);
  }
  tape.reset();
  return model.loss(tape, examples).value().item();
}

// ---- The gradient: two parts, of two kinds

double norm(const Tensor& t) {
  double squares = 0;
  for (int64_t i = 0; i < t.numel(); ++i) squares += t.item(i) * t.item(i);
  return std::sqrt(squares);
}

int rows_touched(const Tensor& gradient) {
  int rows = 0;
  for (int64_t r = 0; r < gradient.size(0); ++r) rows += norm(gradient.slice(r, r + 1)) > 0;
  return rows;
}

double largest_difference(const Tensor& a, const Tensor& b) {
  double largest = 0;
  for (int64_t i = 0; i < a.numel(); ++i) {
    largest = std::max(largest, std::abs(a.item(i) - b.item(i)));
  }
  return largest;
}

// Shows the two parts for the text's first sentences. Returns how far the tied gradient is from the
// sum of the gradients that two tables have.
double show_gradient(const Text& text) {
  const auto words = static_cast<int64_t>(text.words.size());
  constexpr size_t kFirst = 12;
  const Examples examples = make_examples(text, kFirst);
  const Model tied = make_model(words, true), untied = make_model(words, false);
  Tape tape, untied_tape;
  Tensor parts[2];
  tape.observe(*tied.input, [&](int use, const Tensor& part) { parts[use] = part.clone(); });
  tape.backward(tied.loss(tape, examples));
  untied_tape.backward(untied.loss(untied_tape, examples));

  const Tensor& total = tied.input->gradient();
  fmt::print("gradient of the tied table, for the first {} words    rows touched    norm\n",
             kFirst);
  const auto row = [&](const char* what, const Tensor& gradient) {
    fmt::print("{:52} {:4} of {:2} {:10.4f}\n", what, rows_touched(gradient), words,
               norm(gradient));
  };
  row("  as input:  rows of the words that are read", parts[0]);
  row("  as output: every word's score has to move", parts[1]);
  row("  the sum, which is the gradient", total);
  const Tensor sum =
      add(Variable(untied.input->gradient()), Variable(untied.output->gradient())).value();
  return largest_difference(total, sum);
}

// ---- The file: one tensor, two names

// A folder that is gone when the lesson is over.
class TemporaryFolder {
 public:
  TemporaryFolder() : path_((std::filesystem::temp_directory_path() / "lesson-XXXXXX").string()) {
    if (!mkdtemp(path_.data())) throw Error(ExitCode::cannot_create, "{}: can't be made", path_);
  }
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;
  ~TemporaryFolder() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  const std::string& path() const { return path_; }

 private:
  std::string path_;
};

std::string weights_file(const TemporaryFolder& folder) {
  return folder.path() + "/model.safetensors";
}

// Every Parameter once, under its first name; its other names go into the header.
void save(const Model& model, const TemporaryFolder& folder) {
  std::vector<NamedTensor> tensors;
  std::string aliases;
  for (const NamedPart& part : named_parts(model.parameters())) {
    tensors.push_back({part.name, part.value});
    for (const std::string& alias : part.aliases) {
      aliases += fmt::format("{}\"{}\": \"{}\"", aliases.empty() ? "" : ", ", alias, part.name);
    }
  }
  write_safetensors(weights_file(folder), tensors, {{kAliasesKey, "{" + aliases + "}"}});
}

void show_file(const TemporaryFolder& folder) {
  const SafetensorsFile file = SafetensorsFile::open(weights_file(folder));
  fmt::print("\nthe saved file:");
  for (const std::string& name : file.names()) {
    fmt::print("  {} [{}]", name, fmt::join(file.info(name).shape, ", "));
  }
  fmt::print("\n  aliases: {}\n", file.metadata().at(kAliasesKey));
}

// The library's loader: the model comes with its tie, and the file has to have the same.
Model load(const TemporaryFolder& folder, int64_t words) {
  Model model = make_model(words, true);
  load_weights(folder.path(), model.parameters());
  return model;
}

// The bug: a loader that gives each name a Parameter of its own, filled with what the file has
// under that name. Every number is right. (PyTorch's load_state_dict(assign=True) does this.)
Model load_by_name(const TemporaryFolder& folder) {
  const SafetensorsFile file = SafetensorsFile::open(weights_file(folder));
  const auto own = [&](const std::string& name) {
    const Tensor value = file.load(name);
    auto parameter = std::make_shared<Parameter>(value.shape());
    parameter->value().copy_from(value);
    return parameter;
  };
  return {own("embedding.weight"), own("middle.weight"),
          own("embedding.weight")};  // the aliases say that this is decoder.weight, too
}

// What the library's loader says when the model has two tables and the file has one.
std::string refusal(const TemporaryFolder& folder, int64_t words) {
  try {
    load_weights(folder.path(), make_model(words, false).parameters());
  } catch (const DataError& error) {
    const std::string message = error.what();
    return message.substr(message.find('\n') + 1);  // without the file's name
  }
  return "nothing: it has accepted the file";
}

// ---- The lesson

// A run that was saved, loaded and continued, beside one that was not interrupted.
struct Continued {
  int64_t parameters_saved, parameters_loaded;
  double loss_saved, loss_loaded;        // before going on
  double loss_straight, loss_resumed;    // after
  double drift_straight, drift_resumed;  // the largest difference between the two ends' tables
  bool tied;
};

constexpr int kSteps = 100;  // before saving, and after

Continued save_and_continue(const Text& text, bool bug) {
  const Examples examples = make_examples(text, text.ids.size() - 1);
  const auto words = static_cast<int64_t>(text.words.size());
  const TemporaryFolder folder;
  const Model straight = make_model(words, true);
  Continued run{};
  run.loss_saved = train(straight, examples, kSteps);
  save(straight, folder);
  show_file(folder);
  fmt::print("a model with two tables is refused:\n{}\n", refusal(folder, words));

  const Model resumed = bug ? load_by_name(folder) : load(folder, words);
  run.tied = resumed.tied();
  run.parameters_saved = count(straight.parameters());
  run.parameters_loaded = count(resumed.parameters());
  run.loss_loaded = train(resumed, examples, 0);
  run.loss_resumed = train(resumed, examples, kSteps);
  run.loss_straight = train(straight, examples, kSteps);
  run.drift_straight = largest_difference(straight.input->value(), straight.output->value());
  run.drift_resumed = largest_difference(resumed.input->value(), resumed.output->value());
  return run;
}

void print_runs(const Continued& run) {
  fmt::print("\n{:41} never saved  saved and loaded\n", "");
  fmt::print("{:41} {:11} {:17}\n", "parameters", run.parameters_saved, run.parameters_loaded);
  const auto row = [](const std::string& what, double straight, double resumed) {
    fmt::print("{:41} {:11.6f} {:17.6f}\n", what, straight, resumed);
  };
  row(fmt::format("loss after {} steps, when it was saved", kSteps), run.loss_saved,
      run.loss_loaded);
  row(fmt::format("loss after {} steps", 2 * kSteps), run.loss_straight, run.loss_resumed);
  row("difference between the two ends' tables", run.drift_straight, run.drift_resumed);
}

// The claim: the tied gradient is the sum of both ends' parts; and a tie survives saving, so that
// the run goes on bit for bit as if it had not been interrupted.
Verdict check(double gradient_off, const Continued& run) {
  if (gradient_off > 1e-6) return {false, "the tied gradient isn't the sum of its two parts."};
  if (run.tied && run.loss_resumed != run.loss_straight) {
    return {false, "the run that was loaded doesn't go on as the one that wasn't saved."};
  }
  if (run.tied) {
    return {true,
            "the gradient is input part + output part, the file holds the table once, and the "
            "run that was saved and loaded goes on bit for bit as the one that wasn't."};
  }
  return {false,
          fmt::format("the tie was lost on loading. Nothing showed at first: the loss was {:.6f} "
                      "before and {:.6f} after. But training has moved the two tables apart by "
                      "up to {:.3f}, and the loss goes its own way ({:.6f}, not {:.6f}). To "
                      "notice it early, count: {} parameters where {} were saved.",
                      run.loss_saved, run.loss_loaded, run.drift_resumed, run.loss_resumed,
                      run.loss_straight, run.parameters_loaded, run.parameters_saved)};
}

Verdict teach(bool bug) {
  const Text text = read_text();
  const auto words = static_cast<int64_t>(text.words.size());
  fmt::print("a text of {} words, {} different; vectors of {} numbers\n", text.ids.size(), words,
             kWidth);
  for (const bool tied : {false, true}) {
    const Model model = make_model(words, tied);
    const double loss = train(model, make_examples(text, text.ids.size() - 1), 400);
    fmt::print("  {:11} {:5} parameters, loss {:.3f} after 400 steps\n",
               tied ? "one table:" : "two tables:", count(model.parameters()), loss);
  }
  fmt::print("\n");
  const double gradient_off = show_gradient(text);
  const Continued run = save_and_continue(text, bug);
  print_runs(run);
  return check(gradient_off, run);
}

}  // namespace
}  // namespace reprise

int main(int argc, char** argv) {
  return reprise::run_lesson(
      {.name = "lesson_4_tied_embedding",
       .teaches = "One table as input and, transposed, as output: its gradient and its file.",
       .bug = "the loader makes two tables of the one in the file: the tie is silently lost"},
      argc, argv, reprise::teach);
}
