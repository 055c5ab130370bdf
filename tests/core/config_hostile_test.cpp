// Damaged configs: each is accepted, or refused with code 78 and a place; nothing else ever
// happens.
#include <gtest/gtest.h>

#include <random>

#include "tests/core/config_example.h"

namespace reprise {
namespace {

const std::string kValid = R"({
  // a comment
  "seed": 7, "deterministic": true, "vocabulary": "v.txt", "corpus": ["a.txt", "b.txt"],
  "note": null,
  "model": {"hidden_size": 24, "num_attention_heads": 4, "hidden_dropout_prob": 0.1,
            "sharing": {"strategy": "groups", "sets": 2}},
  "optimizer": {"type": "adamw", "learning_rate": 1e-3, "betas": [0.9, 0.999],
                "no_decay": ["bias"], "clip": 1.0},
  "parts": [{"name": "p", "flags": [true, false]}],
  "extra": {"name": "e"}, "free": {"x": [1, {"y": "z"}]} /* end */
})";

// Whether `text` is refused. Fails the test unless it is accepted or refused as it should be.
bool refused(const std::string& text, const std::vector<std::string>& overrides = {}) {
  try {
    read_example(text, overrides);
    return false;
  } catch (const ConfigError& e) {
    std::string message = e.what();
    EXPECT_EQ(e.code(), ExitCode::config);
    EXPECT_TRUE(message.starts_with("c.json:") || message.starts_with("--set ")) << message;
    return true;
  } catch (const std::exception& e) {
    ADD_FAILURE() << "not a ConfigError: " << e.what() << "\n" << text.substr(0, 500);
    return true;
  }
}

TEST(HostileConfig, DamagedBytes) {
  ASSERT_FALSE(refused(kValid));
  std::mt19937 random(1);
  const std::string bytes = "{}[]\",:/*\\'0-+.eE \n\t\xFF\xC3u#aNtfn";
  int refusals = 0;
  for (int trial = 0; trial < 3000; ++trial) {
    std::string text = kValid;
    for (int edit = random() % 3; edit >= 0; --edit) {
      size_t at = random() % text.size();
      char byte = bytes[random() % bytes.size()];
      switch (random() % 4) {
        case 0:
          text[at] = byte;
          break;
        case 1:
          text.insert(at, 1, byte);
          break;
        case 2:
          text.erase(at, 1 + random() % 5);
          break;
        default:
          text.insert(at, text.substr(random() % text.size(), random() % 20));
      }
    }
    refusals += refused(text);
  }
  EXPECT_GT(refusals, 2000);
}

TEST(HostileConfig, EveryPrefixAndEveryByteReplaced) {
  for (size_t n = 0; n < kValid.size(); ++n) EXPECT_TRUE(refused(kValid.substr(0, n))) << n;
  for (size_t at = 0; at < kValid.size(); ++at) {
    std::string text = kValid;
    for (char byte : {'\0', '\x1b', '\xED', '"', '{'}) {
      text[at] = byte;
      refused(text);
    }
  }
}

// Calls `visit` with every value of the tree, lists and objects included.
void each_value(Json& value, const std::function<void(Json&)>& visit) {
  visit(value);
  if (!value.is_structured()) return;
  for (Json& child : value) each_value(child, visit);
}

TEST(HostileConfig, EveryValueReplaced) {
  Json valid = parse_json(kValid, "c.json").value();
  const std::vector<Json> replacements = {nullptr,
                                          true,
                                          -1,
                                          0,
                                          0.5,
                                          1e308,
                                          uint64_t{18446744073709551615u},
                                          "",
                                          "x",
                                          "\u001b",
                                          Json::array(),
                                          Json::object(),
                                          Json::array({Json::array({1})}),
                                          {{"deep", {{"er", nullptr}}}},
                                          std::string(100'000, 'a')};
  int count = 0;
  each_value(valid, [&](Json& value) {
    Json saved = value;
    for (const Json& replacement : replacements) {
      value = replacement;
      refused(dump_json(valid));
      ++count;
    }
    value = saved;
  });
  EXPECT_GT(count, 400);
}

TEST(HostileConfig, EveryKeyMisspelt) {
  Json valid = parse_json(kValid, "c.json").value();
  int count = 0;
  each_value(valid, [&](Json& value) {
    if (!value.is_object() || value.contains("x") || value.contains("y")) return;
    Json saved = value;
    for (const auto& [key, content] : saved.items()) {
      Json damaged = Json::object();
      for (const auto& [k, v] : saved.items()) damaged[k == key ? k.substr(0, 1) + k : k] = v;
      value = damaged;
      EXPECT_TRUE(refused(dump_json(valid)));
      std::string wanted = "unknown key; did you mean \"" + key + "\"?";
      EXPECT_NE(problems_of(dump_json(valid)).find(wanted), std::string::npos)
          << problems_of(dump_json(valid));
      ++count;
    }
    value = saved;
  });
  EXPECT_EQ(count, 24);
}

TEST(HostileConfig, BombsAreRefusedQuickly) {
  EXPECT_TRUE(refused(""));
  EXPECT_TRUE(refused(std::string(100'000, '[')));
  std::string nested;
  for (int i = 0; i < 100'000; ++i) nested += "{\"model\":";
  EXPECT_TRUE(refused(nested));
  EXPECT_TRUE(refused(std::string(5 << 20, ' ')));
  EXPECT_TRUE(refused("{\"" + std::string(3 << 20, 'k') + "\": 1}"));
  std::string many = R"({"vocabulary": "v", "parts": [)";
  for (int i = 0; i < 60'000; ++i) many += R"({"nam": 1},)";
  EXPECT_TRUE(refused(many + "0]}"));
  std::string numbers = R"({"vocabulary": "v", "optimizer": {"betas": [2)";
  for (int i = 0; i < 150'000; ++i) numbers += ",2";
  EXPECT_TRUE(refused(numbers + "]}}"));
}

TEST(HostileConfig, Overrides) {
  for (const char* text :
       {"", "=", ".", "..=1", "a..b=1", "model.=1", "\"=1", "\"\\u12\"=1", "a=[", "model=3",
        "model.hidden_size.x.y=1", "corpus.-1=x", "corpus.99999999999=x", "seed=1e400", "seed=\xFF",
        "optimizer=null", "parts.0.name=[]"}) {
    refused(kValid, {text});
  }
  EXPECT_TRUE(refused(kValid, {"free=" + std::string(100'000, '['), "seed=x"}));
  std::string deep = "free";
  for (int i = 0; i < 100'000; ++i) deep += ".a";
  EXPECT_TRUE(refused(kValid, {deep + "=1"}));
}

}  // namespace
}  // namespace reprise
