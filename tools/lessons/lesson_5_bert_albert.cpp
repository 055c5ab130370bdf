// Lesson 5: BERT against ALBERT.
//
// BERT (Devlin et al. 2018) is a stack of layers of the same form, each with weights of its own.
// ALBERT (Lan et al. 2019) makes two changes that save parameters:
//  1. The word table is narrow, E numbers a word instead of H, and a matrix widens what comes out
//     of it.
//  2. All layers use the same weights.
// In Reprise both are one class, Encoder, and the second change is a *sharing plan*: the list of
// which set of weights each application of a layer uses. A B C D is BERT's, A A A A ALBERT's.
//
// Three models of the same depth and width: BERT; one with the first change only, which is ALBERT's
// unshared twin; and ALBERT. They learn a small task. Between the first two columns of the table
// stands what the narrow word table does, between the last two what sharing does: what it divides,
// what not, and what it costs in loss.
#include <algorithm>
#include <cmath>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "autograd/ops.h"
#include "core/rng.h"
#include "core/timing.h"
#include "layers/initializers.h"
#include "layers/models/encoder.h"
#include "optim/registry.h"
#include "tools/lessons/lesson.h"
#include "tools/trainer/ledger.h"

namespace reprise {
namespace {

// ---- The task: a sentence of random words stands there twice, and each copy has a word missing,
// never the same one. The model has to find it in the other copy.

constexpr int64_t kWords = 20;              // besides the three below
enum : int32_t { kStart = kWords, kBetween, kMask, kVocabulary };
constexpr int64_t kHalf = 4;                // words of the sentence
constexpr int64_t kTokens = 2 * kHalf + 2;  // start, the sentence, between, the sentence again
constexpr int64_t kSequences = 16;          // of a batch
constexpr int64_t kMissing = 2;             // of a sequence: one in each copy

struct Examples {
  Tokens tokens;
  Tensor rows;     // [kSequences · kMissing]: where the missing words stand
  Tensor answers;  // what they are
};

Tensor integers(int64_t count) { return Tensor::empty({count}, DType::i32); }

// Batch number `number`, a function of the number.
Examples make_examples(uint64_t number) {
  constexpr int64_t n = kSequences * kTokens;
  Examples batch{{integers(n), integers(n), integers(n), integers(kSequences + 1), integers(n)},
                 integers(kSequences * kMissing), integers(kSequences * kMissing)};
  RandomStream random(RandomKey(7).at(number));
  int32_t *rows = batch.rows.data<int32_t>(), *answers = batch.answers.data<int32_t>();
  for (int64_t s = 0; s <= kSequences; ++s) {
    batch.tokens.offsets.data<int32_t>()[s] = static_cast<int32_t>(s * kTokens);
  }
  for (int64_t s = 0; s < kSequences; ++s) {
    int32_t* ids = batch.tokens.ids.data<int32_t>() + s * kTokens;
    ids[0] = kStart;
    ids[kHalf + 1] = kBetween;
    for (int64_t i = 1; i <= kHalf; ++i) {
      ids[i] = ids[kHalf + 1 + i] = static_cast<int32_t>(random.below(kWords));
    }
    const auto first = static_cast<int64_t>(random.below(kHalf));
    const int64_t second = (first + 1 + static_cast<int64_t>(random.below(kHalf - 1))) % kHalf;
    for (const int64_t at : {1 + first, kHalf + 2 + second}) {
      *answers++ = ids[at];
      *rows++ = static_cast<int32_t>(s * kTokens + at);
      ids[at] = kMask;
    }
    for (int64_t i = 0; i < kTokens; ++i) {
      const int64_t place = s * kTokens + i;
      batch.tokens.positions.data<int32_t>()[place] = static_cast<int32_t>(i);
      batch.tokens.segments.data<int32_t>()[place] = i > kHalf;
      batch.tokens.places.data<int32_t>()[place] = static_cast<int32_t>(place);
    }
  }
  return batch;
}

// ---- The models

EncoderConfig bert() {
  EncoderConfig config;
  config.type = "bert";
  config.vocab_size = kVocabulary;
  config.hidden_size = 64;  // H
  config.num_hidden_layers = 4;
  config.num_attention_heads = 4;
  config.intermediate_size = 128;
  config.max_position_embeddings = kTokens;
  config.hidden_dropout_prob = config.attention_probs_dropout_prob = 0;
  config.initializer_range = 0.1;
  return config;
}
// ALBERT with a sharing plan: "none" makes the unshared twin, "all" ALBERT.
EncoderConfig albert(const std::string& sharing) {
  EncoderConfig config = bert();
  config.type = "albert";
  config.embedding_size = 16;  // E
  config.sharing = SharingConfig{.strategy = sharing, .sets = {}};
  return config;
}

struct Model {
  explicit Model(const EncoderConfig& config) : encoder(config) {
    encoder.collect(collector);
    initialize(collector, {.type = "normal", .range = config.initializer_range}, RandomKey(1));
  }

  Variable scores(const Context& context, const Examples& batch) const {
    const Variable x = encoder.encode(context, batch.tokens);
    return encoder.predict_tokens(context, gather_rows(x, batch.rows));
  }
  // Goes back as well: the gradients are in the Parameters then.
  double loss(Tape& tape, const Examples& batch) const {
    const Variable loss = cross_entropy(scores(Context{.tape = &tape, .training = true}, batch),
                                        batch.answers, 1.0 / (kSequences * kMissing));
    tape.backward(loss);
    return loss.value().item();
  }
  std::map<std::string, NamedPart> parts() const {
    std::map<std::string, NamedPart> parts;
    for (const NamedPart& part : named_parts(collector.parameters())) parts[part.name] = part;
    return parts;
  }

  Encoder encoder;
  Collector collector;
};

// ---- ALBERT and its unshared twin

struct Twins {
  double outputs_off;    // largest difference between their scores
  double gradients_off;  // shared gradient against the sum over the twin's layers, relative
};

// How the names of set number `set` contain it.
std::string in_set(bool albert, int set) {
  return fmt::format("{}.{}.", albert ? "albert_layer_groups" : "encoder.layer", set);
}

// The parts of the twin that one part of ALBERT stands for: one in each layer, or itself.
std::vector<NamedPart> twins_of(const std::string& name, const Model& twin) {
  const auto parts = twin.parts();
  const std::string group = in_set(true, 0);
  const size_t at = name.find(group);
  if (at == name.npos) return {parts.at(name)};
  std::vector<NamedPart> found;
  for (int layer = 0; layer < twin.encoder.plan().applications(); ++layer) {
    std::string in_layer = name;
    found.push_back(parts.at(in_layer.replace(at, group.size(), in_set(true, layer))));
  }
  return found;
}

Twins compare_twins() {
  const Model shared(albert("all")), twin(albert("none"));
  for (const auto& [name, part] : shared.parts()) {
    for (const NamedPart& copy : twins_of(name, twin)) {
      copy.value.copy_from(part.value);
      copy.parameter->touch();
    }
  }
  const Examples batch = make_examples(0);
  Twins twins{};
  const Tensor a = shared.scores(Context{}, batch).value();
  const Tensor b = twin.scores(Context{}, batch).value();
  for (int64_t i = 0; i < a.numel(); ++i) {
    twins.outputs_off = std::max(twins.outputs_off, std::abs(a.item(i) - b.item(i)));
  }

  Tape tape, twin_tape;
  shared.loss(tape, batch);
  twin.loss(twin_tape, batch);
  double off = 0, all = 0;
  for (const auto& [name, part] : shared.parts()) {
    if (!part.gradient.defined()) continue;  // the sentence head has no task here
    const std::vector<NamedPart> copies = twins_of(name, twin);
    for (int64_t i = 0; i < part.gradient.numel(); ++i) {
      double sum = 0;
      for (const NamedPart& copy : copies) sum += copy.gradient.item(i);
      off += std::pow(part.gradient.item(i) - sum, 2);
      all += sum * sum;
    }
  }
  twins.gradients_off = std::sqrt(off / all);
  fmt::print("the unshared twin, each of its layers a copy of ALBERT's:\n"
             "  largest difference between their {} scores {:.1e}\n"
             "  ALBERT's gradients, beside the sum over the twin's layers: {:.1e} apart\n\n",
             a.numel(), twins.outputs_off, twins.gradients_off);
  return twins;
}

// ---- Training

// The model's Parameters as a walk over its layers finds them: those outside of the layers, then
// those of each layer. Of a shared layer, the same ones again and again.
std::vector<std::vector<ParameterPtr>> layer_by_layer(const Model& model) {
  const bool is_albert = model.encoder.config().albert();
  const SharingPlan& plan = model.encoder.plan();
  const auto belongs = [&](const ParameterPtr& parameter, int set) {
    return parameter->name().find(in_set(is_albert, set)) != std::string::npos;
  };
  std::vector<std::vector<ParameterPtr>> lists(1);
  for (const ParameterPtr& parameter : model.collector.parameters()) {
    bool in_layers = false;
    for (int a = 0; a < plan.applications(); ++a) in_layers = in_layers || belongs(parameter, a);
    if (!in_layers) lists[0].push_back(parameter);
  }
  for (int a = 0; a < plan.applications(); ++a) {
    std::vector<ParameterPtr>& layer = lists.emplace_back();
    for (const ParameterPtr& parameter : model.collector.parameters()) {
      if (belongs(parameter, plan.set(LayerPart::attention, a))) layer.push_back(parameter);
    }
  }
  return lists;
}

OptimizerConfig adam() {
  OptimizerConfig config;
  config.type = "adam";
  return config;
}

// One optimizer for all Parameters, each once. The bug: one for each layer, as one might have for
// rates that differ by layer. For BERT that is right. ALBERT's one layer gets four, which step it
// one after the other, each with moments of its own.
std::vector<std::unique_ptr<Optimizer>> make_optimizers(const Model& model, bool bug) {
  std::vector<std::unique_ptr<Optimizer>> optimizers;
  if (!bug) {
    optimizers.push_back(make_optimizer(adam(), model.collector.parameters()));
  } else {
    for (const auto& list : layer_by_layer(model)) {
      optimizers.push_back(make_optimizer(adam(), list));
    }
  }
  return optimizers;
}

// What an optimizer says to the same list in one piece.
std::string refusal(const Model& model) {
  std::vector<ParameterPtr> all;
  for (const auto& list : layer_by_layer(model)) all.insert(all.end(), list.begin(), list.end());
  try {
    make_optimizer(adam(), all);
  } catch (const UsageError& error) {
    std::string message = error.what();
    return message.replace(message.find(" is listed"), 1, "\n  ");
  }
  return "nothing: it would step some of them several times";
}

constexpr int kSteps = 240, kShownEvery = 60;
constexpr double kRate = 0.0015;

struct Run {
  std::vector<double> losses;  // at every kShownEvery steps
  double right;                // % of the missing words, of new sentences
  double first_step;           // the largest movement of a weight, in units of the rate
  double milliseconds;         // of a step
  MemoryUse memory;
};

double percent_right(const Model& model) {
  constexpr int kBatches = 20;
  int right = 0;
  for (int number = 0; number < kBatches; ++number) {
    const Examples batch = make_examples(1'000'000 + number);
    const Tensor scores = model.scores(Context{}, batch).value();
    for (int64_t row = 0; row < scores.size(0); ++row) {
      const Tensor one = scores.slice(row, row + 1);
      const auto best = std::ranges::max_element(one.values()) - one.values().begin();
      right += best == batch.answers.item(row);
    }
  }
  return 100.0 * right / (kBatches * kSequences * kMissing);
}

double largest_movement(const std::vector<Tensor>& before, const std::vector<ParameterPtr>& after) {
  double largest = 0;
  for (size_t p = 0; p < before.size(); ++p) {
    for (int64_t i = 0; i < before[p].numel(); ++i) {
      largest = std::max(largest, std::abs(after[p]->value().item(i) - before[p].item(i)));
    }
  }
  return largest;
}

Run train(const EncoderConfig& config, bool bug) {
  const Model model(config);
  const auto optimizers = make_optimizers(model, bug);
  std::vector<Tensor> start;
  for (const ParameterPtr& parameter : model.collector.parameters()) {
    start.push_back(parameter->value().clone());
  }
  Run run;
  std::vector<double> times;
  Tape tape;
  for (int step = 0; step <= kSteps; ++step) {
    Stopwatch watch;
    tape.reset();
    for (const auto& optimizer : optimizers) optimizer->clear_gradients();
    const double loss = model.loss(tape, make_examples(step));
    for (const auto& optimizer : optimizers) optimizer->step(kRate);
    times.push_back(1e3 * watch.lap());
    if (step % kShownEvery == 0) run.losses.push_back(loss);
    if (step == 0) {
      run.first_step = largest_movement(start, model.collector.parameters()) / kRate;
      start.clear();
      reset_peak_memory();  // the copies at the start don't belong to training
    }
  }
  run.memory = memory_use();
  run.milliseconds = median(times);
  run.right = percent_right(model);
  return run;
}

int64_t kibibytes(const Run& run, Purpose purpose) {
  return run.memory.peak[static_cast<size_t>(purpose)] / 1024;
}

// ---- The comparison

struct Column {
  Ledger ledger;
  Run run;
};

template <class Cell>
void row(const std::string& what, const std::vector<Column>& columns, const Cell& cell) {
  fmt::print("{:29}", what);
  for (const Column& column : columns) fmt::print(" {:>12}", cell(column));
  fmt::print("\n");
}

// Stored parameters of all components of which `belongs` is true.
template <class Belongs>
int64_t stored(const Ledger& ledger, const Belongs& belongs) {
  int64_t sum = 0;
  for (const LedgerEntry& entry : ledger.entries) {
    if (belongs(entry.component)) sum += entry.stored();
  }
  return sum;
}

void print_comparison(const std::vector<Column>& columns) {
  fmt::print("{:29} {:>12} {:>12} {:>12}\n", "", "BERT", "the twin", "ALBERT");
  row("sets of weights, by layer", columns, [](const Column& c) { return grid(c.ledger.plan); });
  const auto parameters = [&](const char* what, const auto& belongs) {
    row(what, columns, [&](const Column& c) { return stored(c.ledger, belongs); });
  };
  const auto in_embeddings = [](const std::string& c) { return c.find("embedding") != c.npos; };
  const auto in_attention = [](const std::string& c) { return c.starts_with("attention"); };
  const auto in_feed_forward = [](const std::string& c) { return c.starts_with("feed_forward"); };
  parameters("parameters: embeddings", in_embeddings);
  parameters("  attention", in_attention);
  parameters("  feed-forward", in_feed_forward);
  parameters("  pooler and heads", [&](const std::string& c) {
    return !in_embeddings(c) && !in_attention(c) && !in_feed_forward(c);
  });
  parameters("  in all", [](const std::string&) { return true; });
  const auto memory = [&](const char* what, Purpose purpose) {
    row(what, columns, [&](const Column& c) { return kibibytes(c.run, purpose); });
  };
  memory("KiB of weights", Purpose::weights);
  memory("  of gradients", Purpose::gradients);
  memory("  of moments", Purpose::optimizer);
  memory("  of activations", Purpose::activations);
  const auto number = [&](const std::string& what, int decimals, const auto& value) {
    row(what, columns, [&](const Column& c) { return fmt::format("{:.{}f}", value(c), decimals); });
  };
  row("multiply-adds of a sequence", columns,
      [](const Column& c) { return c.ledger.multiply_adds(); });
  number("milliseconds of a step", 1, [](const Column& c) { return c.run.milliseconds; });
  for (size_t i = 0; i < columns[0].run.losses.size(); ++i) {
    number(fmt::format("loss at step {}", i * kShownEvery), 3,
           [i](const Column& c) { return c.run.losses[i]; });
  }
  number("right, new sentences, %", 0, [](const Column& c) { return c.run.right; });
  number("largest first step / rate", 2, [](const Column& c) { return c.run.first_step; });
}

// Adam keeps two numbers of four bytes for each parameter. Activations and work are the twin's.
bool divides_what_it_should(const Column& twin, const Column& albert) {
  const auto bytes = [](const Column& c, Purpose purpose) {
    return static_cast<double>(c.run.memory.peak[static_cast<size_t>(purpose)]);
  };
  const auto stored = static_cast<double>(albert.ledger.stored());
  const double more = bytes(albert, Purpose::activations) / bytes(twin, Purpose::activations);
  return bytes(albert, Purpose::optimizer) == 8 * stored && std::abs(more - 1) < 0.01 &&
         albert.ledger.multiply_adds() == twin.ledger.multiply_adds();
}

// The claim: sharing changes neither what is computed nor what a step is. Outputs equal the
// unshared twin's, gradients are sums over its layers, and an update moves a shared weight as far
// as any other: Adam's first moves every weight by the rate at most (Kingma & Ba 2015, section
// 2.1).
Verdict check(const Twins& twins, const Column& bert, const Column& twin, const Column& albert) {
  if (twins.outputs_off > 1e-4 || twins.gradients_off > 1e-5) {
    return {false, "the unshared twin computes something else."};
  }
  if (albert.run.first_step > 1.001) {
    return {false,
            fmt::format("the optimizer has stepped the shared layer once per use: Adam's first "
                        "step moves a weight by the rate at most, here it was {:.2f} times the "
                        "rate ({:.2f} in BERT, by the same code). The loss ends at {:.3f}; "
                        "guessing has {:.3f}. One would notice {} KiB of moments for {} KiB of "
                        "weights, where Adam has two for one. An optimizer for all Parameters "
                        "refuses duplicates.",
                        albert.run.first_step, bert.run.first_step, albert.run.losses.back(),
                        std::log(kWords), kibibytes(albert.run, Purpose::optimizer),
                        kibibytes(albert.run, Purpose::weights))};
  }
  if (!divides_what_it_should(twin, albert)) {
    return {false, "memory or work isn't what sharing makes of it."};
  }
  return {true,
          fmt::format("the twin's outputs are ALBERT's, its layers' gradients add up to ALBERT's, "
                      "and a shared weight is stepped once. Sharing divides parameters, "
                      "gradients and moments ({:.1f} times fewer than BERT's here), not "
                      "multiplications and not activations.",
                      static_cast<double>(bert.ledger.stored()) /
                          static_cast<double>(albert.ledger.stored()))};
}

Verdict teach(bool bug) {
  const Twins twins = compare_twins();
  std::vector<Column> columns;
  for (const EncoderConfig& config : {bert(), albert("none"), albert("all")}) {
    const Workload work{.sequences = kSequences, .length = kTokens, .predictions = kMissing,
                        .sentences = false};
    columns.push_back({make_ledger(config, work), train(config, bug)});
  }
  print_comparison(columns);
  fmt::print("\nan optimizer that is given ALBERT's Parameters layer by layer says:\n  {}\n",
             refusal(Model(albert("all"))));
  return check(twins, columns[0], columns[1], columns[2]);
}

}  // namespace
}  // namespace reprise

int main(int argc, char** argv) {
  return reprise::run_lesson(
      {.name = "lesson_5_bert_albert",
       .teaches =
           "BERT against ALBERT: one model, two sharing plans; what sharing divides and what not.",
       .bug = "the optimizer walks over the layers, and so steps shared weights once per use"},
      argc, argv, reprise::teach);
}
