#include "core/config_source.h"

#include <gtest/gtest.h>

#include <fstream>

#include "tests/core/config_example.h"

namespace reprise {
namespace {

// A folder with files, gone afterwards.
class ConfigFiles : public testing::Test {
 protected:
  void SetUp() override {
    std::string name = testing::TempDir() + "config_files_XXXXXX";
    ASSERT_NE(mkdtemp(name.data()), nullptr);
    folder_ = name;
  }
  void TearDown() override { std::filesystem::remove_all(folder_); }

  std::filesystem::path write(const std::string& name, const std::string& text) {
    std::filesystem::create_directories((folder_ / name).parent_path());
    std::ofstream(folder_ / name) << text;
    return folder_ / name;
  }
  std::string error_of(const std::filesystem::path& file,
                       const std::vector<std::string>& overrides = {}) {
    try {
      bind<ExampleConfig>(load_config(file, overrides));
      return "";
    } catch (const ConfigError& e) {
      std::string text = e.what();  // without the folder's name, which differs from run to run
      for (size_t at; (at = text.find(folder_.string() + "/")) != std::string::npos;) {
        text.erase(at, folder_.string().size() + 1);
      }
      return text;
    }
  }

  std::filesystem::path folder_;
};

TEST_F(ConfigFiles, MergesOverABase) {
  write("shared/base.json", R"({"seed": 1, "vocabulary": "v.txt", "corpus": ["a", "b"],
    "model": {"hidden_size": 24, "sharing": "none"}, "optimizer": {"learning_rate": 7, "clip": 2}})");
  auto file = write("top.json", R"({"base": "shared/base.json", "seed": 2, "corpus": ["c"],
    "model": {"num_attention_heads": 4}, "optimizer": {"learning_rate": null, "clip": null}})");
  ConfigSource source = load_config(file);
  ExampleConfig c = bind<ExampleConfig>(source);
  EXPECT_EQ(c.seed, 2);
  EXPECT_EQ(c.vocabulary, folder_ / "shared/v.txt");  // counts from the file that says it
  EXPECT_EQ(c.corpus, (std::vector<std::filesystem::path>{folder_ / "c"}));
  EXPECT_EQ(c.model.hidden_size, 24);
  EXPECT_EQ(c.model.num_attention_heads, 4);
  EXPECT_EQ(c.optimizer.learning_rate, 1e-3);  // null takes the base's away
  EXPECT_FALSE(c.optimizer.clip.has_value());  // and unsets what may be unset
  EXPECT_EQ(source.given("model.hidden_size")->text,
            (folder_ / "shared/base.json").string() + ":2:30");
  EXPECT_EQ(source.given("seed")->text, file.string() + ":1:38");
  EXPECT_FALSE(source.given("optimizer.learning_rate"));
  EXPECT_FALSE(source.given("optimizer.type"));
}

TEST_F(ConfigFiles, NamesTheFileOfEachProblem) {
  write("base.json", "{\"sed\": 1,\n \"vocabulary\": 3, \"model\": {\"hidden_size\": 0}}");
  auto file = write("top.json", R"({"base": "base.json", "nothing": null, "model": {"x": 1}})");
  EXPECT_EQ(error_of(file),
            "top.json:1:23: nothing: unknown key\n"
            "top.json:1:50: model.x: unknown key\n"
            "base.json:1:2: sed: unknown key; did you mean \"seed\"?\n"
            "base.json:2:16: vocabulary: expected a path, found the number 3\n"
            "base.json:2:44: model.hidden_size: must be between 1 and 65536, is 0");
}

TEST_F(ConfigFiles, RefusesImpossibleBases) {
  write("a.json", R"({"base": "b.json"})");
  auto b = write("b.json", R"({"base": "./a.json"})");
  EXPECT_EQ(error_of(b), "a.json:1:10: base: b.json is based on itself");
  auto self = write("self.json", R"({"base": "self.json"})");
  EXPECT_EQ(error_of(self), "self.json:1:10: base: self.json is based on itself");
  EXPECT_EQ(error_of(write("c.json", R"({"base": 3})")),
            "c.json:1:10: base: expected the path of a configuration, found the number 3");
  EXPECT_EQ(error_of(write("d.json", R"({"base": "none.json"})")),
            "d.json:1:10: base: none.json: can't be read: No such file or directory");
  EXPECT_EQ(error_of(write("e.json", "[1]")),
            "e.json:1:1: a configuration is an object {…}, found a list […]");
  for (int i = 0; i < 40; ++i) {
    write(fmt::format("chain{}.json", i), fmt::format(R"({{"base": "chain{}.json"}})", i + 1));
  }
  EXPECT_NE(error_of(folder_ / "chain0.json").find("more than 16 configurations"),
            std::string::npos);
}

TEST_F(ConfigFiles, SaysWhenThereIsNoFile) {
  for (const auto& file : {folder_ / "none.json", folder_}) {
    try {
      load_config(file);
      FAIL();
    } catch (const Error& e) {
      EXPECT_EQ(e.code(), ExitCode::no_input);
    }
  }
}

TEST(ConfigOverride, SetsValuesByPath) {
  std::string text =
      R"({"vocabulary": "v", "optimizer": {"betas": [0.9, 0.99], "clip": 3}, "seed": 5})";
  ExampleConfig c = read_example(
      text, {"model.hidden_size=36", "optimizer.betas.1=0.5", "note=2024", "vocabulary=w x",
             "optimizer.clip=null", "seed=null", "model.sharing={\"strategy\": \"groups\"}",
             "model.sharing.sets=4", "corpus=[\"k\"]"});
  EXPECT_EQ(c.model.hidden_size, 36);
  EXPECT_EQ(c.optimizer.betas[1], 0.5);
  EXPECT_EQ(c.note, "2024");
  EXPECT_EQ(c.vocabulary, std::filesystem::current_path() / "w x");
  EXPECT_EQ(c.corpus[0], std::filesystem::current_path() / "k");
  EXPECT_FALSE(c.optimizer.clip);
  EXPECT_EQ(c.seed, 1);
  EXPECT_EQ(c.model.sharing.sets, 4);
}

TEST(ConfigOverride, IsNamedByItsProblems) {
  std::string text = R"({"vocabulary": "v", "seed": 3, "corpus": ["a"]})";
  EXPECT_EQ(
      problems_of(text, {"model.hiden_size=4", "optimizer.clip=-1", "modle.x=1", "note=1e400",
                         "model.hidden_size=12x"}),
      "--set model.hiden_size=4: model.hiden_size: unknown key; did you mean \"hidden_size\"?\n"
      "--set optimizer.clip=-1: optimizer.clip: must be above 0, is -1\n"
      "--set modle.x=1: modle: unknown key; did you mean \"model\"?\n"
      "--set model.hidden_size=12x: model.hidden_size: expected an integer, found the string "
      "\"12x\"");
  EXPECT_EQ(problems_of(text, {"seed.x=1", "corpus.1=b", "seed", "=3", "\"a=3"}),
            "--set seed.x=1: seed is the number 3: there is no \"x\" in it\n"
            "--set corpus.1=b: corpus is a list of 1: there is no \"1\" in it\n"
            "--set seed: write a path, '=' and a value, such as model.hidden_size=128\n"
            "--set =3: write a path, '=' and a value, such as model.hidden_size=128\n"
            "--set \"a=3: write a path, '=' and a value, such as model.hidden_size=128");
  EXPECT_NE(problems_of(text, {"base=x.json"}).find("base: unknown key"), std::string::npos);
}

TEST(ConfigSource, KnowsWhatWasGiven) {
  ConfigSource source = parse_config("{\"vocabulary\": \"v\",\n \"model\": {\"hidden_size\": 4}}",
                                     "c.json", {"optimizer.clip=3"});
  EXPECT_EQ(source.given("model.hidden_size")->text, "c.json:2:27");
  EXPECT_EQ(source.given("model")->text, "c.json:2:11");
  EXPECT_EQ(source.given("optimizer.clip")->text, "--set optimizer.clip=3");
  EXPECT_FALSE(source.given("model.num_attention_heads"));
  Problems problems(source);
  problems.add("model.hidden_size", "differs from the checkpoint's");
  problems.add("model.sharing", "is missing");
  try {
    problems.raise();
    FAIL();
  } catch (const ConfigError& e) {
    EXPECT_STREQ(e.what(),
                 "c.json:2:11: model.sharing: is missing\n"
                 "c.json:2:27: model.hidden_size: differs from the checkpoint's");
  }
}

TEST(ConfigSource, TakesDefaultsFromElsewhere) {
  ConfigSource source =
      parse_config(R"({"vocabulary": "v", "model": {"hidden_size": 24}})", "c.json");
  source.set_default("model.hidden_size", 128, "bert/config.json");
  source.set_default("model.num_attention_heads", 0, "bert/config.json");
  source.set_default("optimizer.clip", 4, "bert/config.json");
  EXPECT_FALSE(source.given("model.num_attention_heads"));
  EXPECT_EQ(*source.find("model.hidden_size"), 24);
  try {
    bind<ExampleConfig>(source);
    FAIL();
  } catch (const ConfigError& e) {
    EXPECT_STREQ(e.what(), "bert/config.json: model.num_attention_heads: must be at least 1, is 0");
  }
}

}  // namespace
}  // namespace reprise
