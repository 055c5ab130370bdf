#include "tools/trainer/recipes.h"

#include <gtest/gtest.h>

#include <fstream>

#include "core/error.h"
#include "tests/tools/read_recipe.h"

namespace reprise {
namespace {

namespace fs = std::filesystem;

// The current folder is an empty one, gone afterwards.
class Recipes : public testing::Test {
 protected:
  void SetUp() override {
    std::string name = testing::TempDir() + "recipes_XXXXXX";
    ASSERT_NE(mkdtemp(name.data()), nullptr);
    folder_ = name;
    before_ = fs::current_path();
    fs::current_path(folder_);
  }
  void TearDown() override {
    fs::current_path(before_);
    fs::remove_all(folder_);
  }
  static void write(const fs::path& file) { std::ofstream(file) << "{}"; }
  static std::string error_of(const std::string& name) {
    try {
      return "found " + find_recipe(name).string();
    } catch (const Error& error) {
      EXPECT_EQ(error.code(), ExitCode::no_input);
      return error.what();
    }
  }

  fs::path folder_, before_;
};

TEST_F(Recipes, AreFoundByName) {
  EXPECT_TRUE(fs::equivalent(find_recipe("albert_small"),
                             fs::path(REPRISE_SOURCE_DIR) / "configs/albert_small.json"));
  EXPECT_EQ(find_recipe("albert_small.json"), find_recipe("albert_small"));
}

TEST_F(Recipes, AreFirstLookedForAsPaths) {
  write("albert_small.json");
  EXPECT_EQ(find_recipe("albert_small"), "albert_small.json");
  write("albert_small");
  EXPECT_EQ(find_recipe("albert_small"), "albert_small");
  fs::create_directory("mine");
  write("mine/own.json");
  EXPECT_EQ(find_recipe("mine/own"), "mine/own.json");
  EXPECT_EQ(find_recipe((folder_ / "mine/own.json").string()), folder_ / "mine/own.json");
}

TEST_F(Recipes, AreNotHiddenByARunsFolder) {
  fs::create_directory("albert_small");
  EXPECT_EQ(find_recipe("albert_small").filename(), "albert_small.json");
}

TEST_F(Recipes, OfARunAreFiles) {
  fs::create_directories("runs/mine");
  write("runs/mine/config.json");
  fs::create_directories("runs/mine/final");
  write("runs/mine/final/config.json");
  write("config.json");  // of the folder that one is in
  EXPECT_NE(error_of(std::string(100000, 'x')).find("no such file"), std::string::npos);
  fs::remove("config.json");
  EXPECT_TRUE(error_of("runs/mine/final").ends_with("a run's is runs/mine/config.json"));
  EXPECT_EQ(error_of("runs/mine"), "runs/mine: this is a folder, and a recipe is a file; a run's is runs/mine/config.json");
}

TEST_F(Recipes, SuggestWhatWasMeant) {
  const std::string error = error_of("albert_smal");
  EXPECT_TRUE(error.starts_with(
      "albert_smal: there is no such file or recipe; did you mean \"albert_small\"?")) << error;
  EXPECT_NE(error.find("?\nThe recipes are "), std::string::npos) << error;
  EXPECT_NE(error.find("bert_base, bert_google_small, bert_large"), std::string::npos) << error;
  EXPECT_NE(error_of("configs/../albert_small").find("no such file;"), std::string::npos);
  EXPECT_NE(error_of("").find("empty"), std::string::npos);
  EXPECT_NE(error_of(std::string(100000, 'x')).find("no such file"), std::string::npos);
  EXPECT_NE(error_of("\x1b[2J").find("\\x1b"), std::string::npos);
}

// Mistakes between sections are found with the others, before any data are read.
TEST_F(Recipes, FitTheDataToTheModel) {
  try {
    read_recipe("albert_small", {"data.max_length=129", "model.type_vocab_size=1"});
    FAIL();
  } catch (const ConfigError& error) {
    const std::string text = error.what();
    EXPECT_NE(text.find("data.max_length: 129 tokens are more than the model's 128"),
              std::string::npos) << text;
    EXPECT_NE(text.find("data.sentence_task: sop has two segments"), std::string::npos) << text;
  }
}

TEST_F(Recipes, AllParse) {
  const std::vector<std::string> names = recipe_names();
  EXPECT_GE(names.size(), 12u);
  for (const std::string& name : names) {
    const RunConfig config = read_recipe(name);
    EXPECT_FALSE(config.description.empty()) << name;
    const bool named = name.starts_with("albert") || name.starts_with("bert");
    if (named) {
      EXPECT_EQ(config.model.encoder.albert(), name.starts_with("albert")) << name;
    }
    if (config.data.type != "text") continue;
    // All data and lengths fit, so that each recipe runs as it is.
    EXPECT_LE(config.data.text.max_length, config.model.encoder.max_position_embeddings) << name;
    for (const std::string& file : config.data.text.train.paths()) {
      EXPECT_TRUE(fs::exists(file)) << name << " " << file;
    }
  }
}

// Nothing but what the ALBERT recipes say sets twins apart.
TEST_F(Recipes, TwinsDifferByWhatIsWritten) {
  const RunConfig bert = read_recipe("bert_small"), albert = read_recipe("albert_small");
  Json twin = dump(bert);
  twin["description"] = albert.description;
  twin["model"]["type"] = "albert";
  twin["model"]["embedding_size"] = 128;
  twin["model"]["sharing"] = dump(albert)["model"]["sharing"];
  EXPECT_EQ(twin, dump(albert));
  EXPECT_EQ(albert.model.encoder.plan().count(LayerPart::feed_forward), 1);
  EXPECT_EQ(bert.model.encoder.plan().count(LayerPart::feed_forward), 6);
  EXPECT_EQ(albert.model.encoder.sentence_dropout(), 0);
}

}  // namespace
}  // namespace reprise
