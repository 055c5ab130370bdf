#include <gtest/gtest.h>

#include "tests/core/config_example.h"

namespace reprise {
namespace {

TEST(ConfigBind, FillsEveryKindOfField) {
  ExampleConfig c = read_example(R"({
    "seed": 3.0, "deterministic": false, "vocabulary": "/v.txt", "corpus": ["/a", "/b"], "note": "n",
    "model": {"hidden_size": 1e3, "num_attention_heads": 8, "hidden_dropout_prob": 0,
              "sharing": {"strategy": "groups", "sets": 3}},
    "optimizer": {"type": "sgd", "momentum": 0.5, "no_decay": [], "clip": null},
    "parts": [{"name": "p", "flags": [true, false]}, {"name": "q"}],
    "extra": {"name": "e"}, "free": {"x": [1, {"y": null}]}
  })");
  EXPECT_EQ(c.seed, 3);
  EXPECT_FALSE(c.deterministic);
  EXPECT_EQ(c.vocabulary, "/v.txt");
  EXPECT_EQ(c.corpus, (std::vector<std::filesystem::path>{"/a", "/b"}));
  EXPECT_EQ(c.note, "n");
  EXPECT_EQ(c.model.hidden_size, 1000);
  EXPECT_EQ(c.model.dropout, 0);
  EXPECT_EQ(c.model.sharing.strategy, "groups");
  EXPECT_EQ(c.model.sharing.sets, 3);
  EXPECT_EQ(c.optimizer.momentum, 0.5);
  EXPECT_TRUE(c.optimizer.no_decay.empty());
  EXPECT_FALSE(c.optimizer.clip.has_value());
  ASSERT_EQ(c.parts.size(), 2u);
  EXPECT_EQ(c.parts[0].flags, (std::vector<bool>{true, false}));
  EXPECT_EQ(c.extra->name, "e");
  EXPECT_EQ(dump_json_line(c.free), R"({"x":[1,{"y":null}]})");
}

TEST(ConfigBind, LeavesDefaultsAlone) {
  ExampleConfig c = read_example(R"({"$schema": "s.json", "vocabulary": "/v"})");
  EXPECT_EQ(c.optimizer.betas, (std::vector<double>{0.9, 0.999}));
  EXPECT_EQ(c.optimizer.clip, 1.0);
  EXPECT_EQ(c.model.sharing.strategy, "all");
}

TEST(ConfigBind, TakesAStringForASection) {
  EXPECT_EQ(
      read_example(R"({"vocabulary": "/v", "model": {"sharing": "none"}})").model.sharing.strategy,
      "none");
  EXPECT_EQ(
      problems_of(R"({"vocabulary": "/v", "model": {"sharing": "nones"}})"),
      "c.json:1:43: model.sharing: the string \"nones\" isn't known here; did you mean \"none\"?");
  EXPECT_EQ(problems_of(R"({"vocabulary": "/v", "model": {"sharing": 3}})"),
            "c.json:1:43: model.sharing: expected a string or an object {…}, found the number 3");
  EXPECT_EQ(problems_of(R"({"vocabulary": "/v", "model": "bert"})"),
            "c.json:1:31: model: expected an object {…}, found the string \"bert\"");
}

struct ListedFiles {
  std::string pattern;
  std::vector<std::string> files;

  static const char* shorthand_key() { return "pattern"; }
  static const char* list_shorthand_key() { return "files"; }
  void fields(Fields& f) {
    f("pattern", pattern, "one, or several by a pattern");
    f("files", files, "several");
  }
};
struct ListedConfig {
  ListedFiles train;
  void fields(Fields& f) { f("train", train, "what to read"); }
};

TEST(ConfigBind, TakesAListForASection) {
  const auto read = [](const char* text) { return bind<ListedConfig>(parse_config(text, "c.json")); };
  EXPECT_EQ(read(R"({"train": ["a", "b"]})").train.files, (std::vector<std::string>{"a", "b"}));
  EXPECT_EQ(read(R"({"train": "a*"})").train.pattern, "a*");
  EXPECT_EQ(read(R"({"train": {"files": ["c"]}})").train.files, std::vector<std::string>{"c"});
  const auto refusal = [&](const char* text) -> std::string {
    try {
      read(text);
    } catch (const ConfigError& error) {
      return error.what();
    }
    return "";
  };
  EXPECT_EQ(refusal(R"({"train": ["a", 3]})"),
            "c.json:1:17: train.1: expected a string, found the number 3");
  EXPECT_EQ(refusal(R"({"train": 3})"),
            "c.json:1:11: train: expected a string or a list […] or an object {…}, found the number 3");
  EXPECT_EQ(dump_json_line(schema(describe<ListedConfig>())["properties"]["train"]["anyOf"][1]["type"]),
            "\"array\"");
}

TEST(ConfigBind, ReportsEverythingInTheOrderOfTheFile) {
  EXPECT_EQ(
      problems_of(R"({
  "optimizer": {
    "lerning_rate": 1,
    "type": "adamx",
    "betas": [0.9, 1.5, "x"],
    "hidden_size": 3
  },
  "model": {"hiden_size": 4, "num_attention_heads": 0, "sharing": {"sets": 2}},
  "seed": 1.5,
  "parts": [{"flags": [1]}, 5],
  "colour": "red"
})"),
      "c.json:1:1: vocabulary: is required and wasn't given\n"
      "c.json:3:5: optimizer.lerning_rate: unknown key; did you mean \"learning_rate\"?\n"
      "c.json:4:13: optimizer.type: the string \"adamx\" isn't known here; did you mean \"adam\"?\n"
      "c.json:5:14: optimizer.betas: must have 2 elements, has 3\n"
      "c.json:5:20: optimizer.betas.1: must be between 0 and 1, is 1.5\n"
      "c.json:5:25: optimizer.betas.2: expected a number, found the string \"x\"\n"
      "c.json:6:5: optimizer.hidden_size: unknown key; it belongs under \"model\"\n"
      "c.json:8:13: model.hiden_size: unknown key; did you mean \"hidden_size\"?\n"
      "c.json:8:53: model.num_attention_heads: must be at least 1, is 0\n"
      "c.json:8:68: model.sharing.sets: unknown key; it is used only when strategy is \"groups\"\n"
      "c.json:9:11: seed: expected an integer, found the number 1.5\n"
      "c.json:10:13: parts.0.name: is required and wasn't given\n"
      "c.json:10:24: parts.0.flags.0: expected true or false, found the number 1\n"
      "c.json:10:29: parts.1: expected an object {…}, found the number 5\n"
      "c.json:11:3: colour: unknown key");
}

TEST(ConfigBind, DoesNotBlameKeysOfAWrongChoice) {
  EXPECT_EQ(
      problems_of(R"({"vocabulary": "/v", "optimizer": {"type": "sdg", "momentum": 1}})"),
      "c.json:1:44: optimizer.type: the string \"sdg\" isn't known here; did you mean \"sgd\"?");
  EXPECT_EQ(problems_of(R"({"vocabulary": "/v", "optimizer": {"type": 3, "momentum": 1}})"),
            "c.json:1:44: optimizer.type: expected a string, found the number 3");
}

TEST(ConfigBind, ChecksIntegersExactly) {
  auto with_seed = [](const std::string& seed) {
    return problems_of(R"({"vocabulary": "/v", "seed": )" + seed + "}");
  };
  EXPECT_EQ(with_seed("9223372036854775807"), "");
  EXPECT_EQ(with_seed("-9223372036854775808"), "");
  EXPECT_EQ(with_seed("-1e3"), "");
  for (const char* bad : {"9223372036854775808", "-9223372036854775809", "1e300", "-1e19", "0.5"}) {
    EXPECT_NE(with_seed(bad).find("c.json:1:30: seed: expected an integer"), std::string::npos)
        << bad;
  }
  EXPECT_NE(with_seed("\"3\"").find("found the string \"3\""), std::string::npos);
  EXPECT_NE(with_seed("null").find("found null"), std::string::npos);
}

TEST(ConfigBind, ChecksBetweenFieldsOnlyWhenEachIsRight) {
  EXPECT_EQ(problems_of(R"({"vocabulary": "/v", "model": {"num_attention_heads": 7}})"),
            "c.json:1:55: model.num_attention_heads: doesn't divide the hidden size");
  // A check that ran here would divide by zero.
  EXPECT_EQ(problems_of(R"({"vocabulary": "/v", "model": {"num_attention_heads": 0}})"),
            "c.json:1:55: model.num_attention_heads: must be at least 1, is 0");
}

TEST(ConfigBind, ChecksBetweenFieldsBesideAMisspeltKey) {
  EXPECT_EQ(problems_of(R"({"vocabulary": "/v", "model": {"num_attention_heads": 7, "sedd": 1}})"),
            "c.json:1:55: model.num_attention_heads: doesn't divide the hidden size\n"
            "c.json:1:58: model.sedd: unknown key");
}

struct Sizes {
  std::vector<int64_t> sizes = {1};
  void fields(Fields& f) { f("sizes", sizes, "of the layers").at_least(1); }
};

TEST(ConfigBind, ComplainsOnceAboutAnElement) {
  try {
    bind<Sizes>(parse_config(R"({"sizes": [2, "x", 0]})", "c.json"));
    FAIL();
  } catch (const ConfigError& e) {
    EXPECT_STREQ(e.what(),
                 "c.json:1:15: sizes.1: expected an integer, found the string \"x\"\n"
                 "c.json:1:20: sizes.2: must be at least 1, is 0");
  }
}

struct Kernel {
  OneOrMore<int64_t> size = 3;
  std::optional<OneOrMore<int64_t>> stride;
  void fields(Fields& f) {
    f("size", size, "of the window").at_least(1).count_between(1, 2);
    f("stride", stride, "its step").at_least(1).count_between(1, 2);
  }
};

TEST(ConfigBind, TakesOneElementForAList) {
  const auto sizes = [](const std::string& text) {
    return bind<Kernel>(parse_config(text, "c.json")).size.values;
  };
  EXPECT_EQ(sizes("{}"), std::vector<int64_t>{3});
  EXPECT_EQ(sizes(R"({"size": 5})"), std::vector<int64_t>{5});
  EXPECT_EQ(sizes(R"({"size": [5, 7]})"), (std::vector<int64_t>{5, 7}));
  const auto kernel = bind<Kernel>(parse_config(R"({"stride": 2})", "c.json"));
  EXPECT_EQ(kernel.stride->values, std::vector<int64_t>{2});
  EXPECT_EQ(dump_json_line(dump(kernel)), R"({"size":[3],"stride":[2]})");
  const auto error = [](const std::string& text) -> std::string {
    try {
      bind<Kernel>(parse_config(text, "c.json"));
      return "";
    } catch (const ConfigError& e) {
      return e.what();
    }
  };
  EXPECT_EQ(error(R"({"size": 0})"), "c.json:1:10: size: must be at least 1, is 0");
  EXPECT_EQ(error(R"({"stride": 0})"), "c.json:1:12: stride: must be at least 1, is 0");
  EXPECT_EQ(error(R"({"size": [5, 0]})"), "c.json:1:14: size.1: must be at least 1, is 0");
  EXPECT_EQ(error(R"({"size": "x"})"),
            "c.json:1:10: size: expected an integer, found the string \"x\"");
  EXPECT_EQ(error(R"({"size": []})"), "c.json:1:10: size: must have 1 to 2 elements, has 0");
}

TEST(ConfigBind, OpenAndClosedBounds) {
  auto dropout = [](const std::string& value) {
    return problems_of(R"({"vocabulary": "/v", "model": {"hidden_dropout_prob": )" + value + "}}");
  };
  EXPECT_EQ(dropout("0"), "");
  EXPECT_NE(dropout("1").find("must be below 1, is 1"), std::string::npos);
  EXPECT_NE(dropout("-1e-9").find("must be at least 0, is -1e-09"), std::string::npos);
  EXPECT_NE(
      problems_of(R"({"vocabulary": "/v", "optimizer": {"clip": 0}})").find("must be above 0"),
      std::string::npos);
  EXPECT_NE(problems_of(R"({"vocabulary": "/v", "corpus": []})").find("at least 1 element, has 0"),
            std::string::npos);
}

TEST(ConfigBind, ShowsAHundredProblemsAndCountsTheRest) {
  std::string text = R"({"vocabulary": "/v")";
  for (int i = 0; i < 5000; ++i) text += fmt::format(", \"unknown_{}\": 1", i);
  std::string message = problems_of(text + "}");
  EXPECT_EQ(std::count(message.begin(), message.end(), '\n'), 100);
  EXPECT_TRUE(message.ends_with("\n… and 4900 more")) << message.substr(message.size() - 80);
}

TEST(ConfigBind, NeverPrintsControlCharacters) {
  std::string message = problems_of(
      "{\"vocabulary\": \"/v\", \"\\u001b[31m\": 1, \"note\": [], "
      "\"seed\": \"\\u001b\\u009b\"}");
  EXPECT_NE(message.find("\"\\u001b[31m\": unknown key"), std::string::npos);
  for (char c : message) EXPECT_TRUE(c == '\n' || static_cast<unsigned char>(c) >= 0x20);
}

TEST(ConfigDump, IsAFixedPoint) {
  ExampleConfig c = read_example(
      R"({"vocabulary": "v.txt", "model": {"sharing": "groups"}, "optimizer": {"clip": null},
          "parts": [{"name": "p", "flags": [true]}], "extra": {"name": "e"}, "free": [1e-7]})");
  std::string once = dump_json(dump(c));
  EXPECT_EQ(dump_json(dump(bind<ExampleConfig>(parse_config(once, "elsewhere/run.json")))), once);
  Json tree = dump(c);
  EXPECT_EQ(tree["model"]["sharing"]["sets"], 1);
  EXPECT_TRUE(tree["note"].is_null());
  EXPECT_EQ(tree.begin().key(), "seed");
  EXPECT_EQ(tree["vocabulary"], (std::filesystem::current_path() / "v.txt").string());
}

}  // namespace
}  // namespace reprise
