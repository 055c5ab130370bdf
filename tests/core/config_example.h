// A config like those of the programs: every field type, rules, nesting, a choice and a short form.
#pragma once

#include "core/config.h"

namespace reprise {

struct ExampleSharing {
  std::string strategy = "all";
  int64_t sets = 1;

  static const char* shorthand_key() { return "strategy"; }
  void fields(Fields& f) {
    f("strategy", strategy, "which layers use the same weights").one_of({"all", "none", "groups"});
    if (strategy == "groups") f("sets", sets, "how many sets of weights").at_least(1);
  }
};

struct ExampleModel {
  int64_t hidden_size = 768;
  int64_t num_attention_heads = 12;
  double dropout = 0.1;
  ExampleSharing sharing;

  void fields(Fields& f) {
    f("hidden_size", hidden_size, "width of the hidden states").between(1, 65536);
    f("num_attention_heads", num_attention_heads, "heads of each attention").at_least(1);
    f("hidden_dropout_prob", dropout, "share of hidden values that are dropped")
        .at_least(0)
        .below(1);
    f("sharing", sharing, "the sharing plan");
  }
  void check(Problems& problems) const {
    if (hidden_size % num_attention_heads == 0) return;
    problems.add("num_attention_heads", "doesn't divide the hidden size");
  }
};

struct ExampleOptimizer {
  std::string type = "adamw";
  double learning_rate = 1e-3;
  double momentum = 0.9;
  std::vector<double> betas = {0.9, 0.999};
  std::vector<std::string> no_decay = {"bias", "LayerNorm"};
  std::optional<double> clip = 1.0;

  void fields(Fields& f) {
    f("type", type, "the update rule").one_of({"sgd", "adam", "adamw", "lamb"});
    f("learning_rate", learning_rate, "peak rate, reached after warm-up").at_least(0);
    if (type == "sgd") f("momentum", momentum, "how much of the last step is kept").between(0, 1);
    if (type != "sgd") f("betas", betas, "decay of the two moments").each_between(0, 1).count(2);
    f("no_decay", no_decay, "parameters whose name contains one of these aren't decayed");
    f("clip", clip, "largest norm of the gradient; null doesn't limit it").above(0);
  }
};

struct ExamplePart {
  std::string name;
  std::vector<bool> flags;

  void fields(Fields& f) {
    f("name", name, "what it is called").required();
    f("flags", flags, "one per layer");
  }
};

struct ExampleConfig {
  int64_t seed = 1;
  bool deterministic = true;
  std::filesystem::path vocabulary;
  std::vector<std::filesystem::path> corpus = {"corpus.txt"};
  std::optional<std::string> note;
  ExampleModel model;
  ExampleOptimizer optimizer;
  std::vector<ExamplePart> parts;
  std::optional<ExamplePart> extra;
  Json free = Json::object();

  void fields(Fields& f) {
    f("seed", seed, "where all random numbers start");
    f("deterministic", deterministic, "same bits on any number of threads");
    f("vocabulary", vocabulary, "one word piece a line").required();
    f("corpus", corpus, "text files").not_empty();
    f("note", note, "for people");
    f("model", model, "the network");
    f("optimizer", optimizer, "how the weights change");
    f("parts", parts, "a list of sections");
    f("extra", extra, "a section that may be missing");
    f("free", free, "anything at all");
  }
};

inline ExampleConfig read_example(const std::string& text,
                                  const std::vector<std::string>& overrides = {}) {
  return bind<ExampleConfig>(parse_config(text, "c.json", overrides));
}

// The message of the ConfigError for `text`, or "" when it is accepted.
inline std::string problems_of(const std::string& text,
                               const std::vector<std::string>& overrides = {}) {
  try {
    read_example(text, overrides);
    return "";
  } catch (const ConfigError& e) {
    return e.what();
  }
}

}  // namespace reprise
