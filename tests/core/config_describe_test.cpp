#include <gtest/gtest.h>

#include "tests/core/config_example.h"

namespace reprise {
namespace {

const FieldDescription& field(const FieldDescription& section, const std::string& key) {
  for (const FieldDescription& f : section.fields) {
    if (f.key == key) return f;
  }
  throw std::runtime_error("no field " + key);
}

TEST(ConfigDescribe, FindsFieldsOfEveryChoice) {
  FieldDescription optimizer = field(describe<ExampleConfig>(), "optimizer");
  std::vector<std::string> keys;
  for (const FieldDescription& f : optimizer.fields) keys.push_back(f.key);
  EXPECT_EQ(keys, (std::vector<std::string>{"type", "learning_rate", "momentum", "betas",
                                            "no_decay", "clip"}));
  EXPECT_EQ(field(optimizer, "momentum").condition_text(), "type is \"sgd\"");
  EXPECT_EQ(field(optimizer, "betas").condition_text(),
            "type is \"adam\" or \"adamw\" or \"lamb\"");
  EXPECT_EQ(field(optimizer, "clip").condition_text(), "");
}

// Fields under choices under choices, under both of two, and under either of two.
struct Nested {
  std::string outer = "a";
  std::string inner = "x";
  bool flag = false;
  int64_t deep = 0, both = 0, either = 0;
  void fields(Fields& f) {
    f("outer", outer, "").one_of({"a", "b"});
    f("flag", flag, "");
    if (outer == "b") {
      f("inner", inner, "").one_of({"x", "y"});
      if (inner == "y") f("deep", deep, "");
    }
    if (outer == "a" && !flag) f("both", both, "");
    if (outer == "b" || flag) f("either", either, "");
  }
};

TEST(ConfigDescribe, CombinesChoices) {
  FieldDescription nested = describe<Nested>();
  EXPECT_EQ(field(nested, "inner").condition_text(), "outer is \"b\"");
  EXPECT_EQ(field(nested, "deep").condition_text(), "outer is \"b\" and inner is \"y\"");
  EXPECT_EQ(field(nested, "both").condition_text(), "outer is \"a\" and flag is false");
  EXPECT_EQ(field(nested, "either").condition_text(), "");
}

struct Window {
  OneOrMore<int64_t> size = 3;
  void fields(Fields& f) { f("size", size, "of the window").at_least(1); }
};

TEST(ConfigSchema, TakesOneElementForAList) {
  const FieldDescription window = describe<Window>();
  EXPECT_EQ(dump_json_line(schema(window)["properties"]["size"]),
            R"({"description":"of the window","default":[3],"anyOf":[{"type":"integer",)"
            R"("maximum":9223372036854775807,"minimum":1},{"type":"array","items":)"
            R"({"type":"integer","maximum":9223372036854775807,"minimum":1}}]})");
  EXPECT_NE(explain(window, "size").find("type      integer or list of integers"),
            std::string::npos);
}

TEST(ConfigSchema, HasEveryField) {
  Json s = schema(describe<ExampleConfig>());
  EXPECT_EQ(s["$schema"], "https://json-schema.org/draft/2020-12/schema");
  EXPECT_EQ(s["additionalProperties"], false);
  EXPECT_EQ(s["required"], Json::array({"vocabulary"}));
  Json tree = dump(ExampleConfig());
  for (auto it = tree.begin(); it != tree.end(); ++it) {
    EXPECT_TRUE(s["properties"].contains(it.key())) << it.key();
  }
  const Json& optimizer = s["properties"]["optimizer"]["properties"];
  EXPECT_EQ(dump_json_line(optimizer["betas"]),
            R"({"description":"decay of the two moments","default":[0.9,0.999],"type":"array",)"
            R"("items":{"type":"number","minimum":0,"maximum":1},"minItems":2,"maxItems":2})");
  EXPECT_EQ(dump_json_line(optimizer["clip"]["anyOf"]),
            R"([{"type":"number","exclusiveMinimum":0},{"type":"null"}])");
  EXPECT_EQ(dump_json_line(s["properties"]["optimizer"]["allOf"][0]),
            R"({"if":{"properties":{"type":{"enum":["sgd"]}},"required":["type"]},)"
            R"("else":{"properties":{"momentum":false}}})");
  EXPECT_EQ(s["properties"]["model"]["properties"]["sharing"]["anyOf"].size(), 2u);
  EXPECT_EQ(s["properties"]["parts"]["items"]["required"], Json::array({"name"}));
}

TEST(ConfigExplain, SaysWhatIsKnown) {
  FieldDescription config = describe<ExampleConfig>();
  ConfigSource source = parse_config(R"({"optimizer": {"clip": 2}})", "c.json");
  EXPECT_EQ(explain(config, "optimizer.clip", &source),
            "optimizer.clip: largest norm of the gradient; null doesn't limit it\n"
            "  type      number or null\n"
            "  rules     above 0\n"
            "  default   1.0\n"
            "  value     2 (c.json:1:24)");
  EXPECT_EQ(explain(config, "model.sharing"),
            "model.sharing: the sharing plan\n"
            "  type      section\n"
            "  short     a string is its \"strategy\"\n"
            "  strategy  which layers use the same weights (string)\n"
            "  sets      how many sets of weights (integer)");
  EXPECT_NE(explain(config, "optimizer", &source).find("doesn't limit it (number or null) = 2"),
            std::string::npos);
  EXPECT_NE(explain(config, "optimizer.momentum").find("used      when type is \"sgd\""),
            std::string::npos);
  EXPECT_NE(explain(config, "parts.3.name").find("required"), std::string::npos);
  EXPECT_NE(explain(config, "").find("the network"), std::string::npos);
  try {
    explain(config, "optimizer.learing_rate");
    FAIL();
  } catch (const Error& e) {
    EXPECT_STREQ(e.what(),
                 "optimizer.learing_rate: there is no such field; did you mean \"learning_rate\"?");
  }
}

}  // namespace
}  // namespace reprise
