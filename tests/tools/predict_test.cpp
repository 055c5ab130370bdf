// reprise predict and reprise embed, with a tiny trained model.
#include <cmath>

#include "tests/tools/tiny_runs.h"

namespace reprise {
namespace {

class Predict : public testing::Test {
 protected:
  static void SetUpTestSuite() {
    runs_ = new TinyRuns("bert");
    expect_exit(runs_->train("run", {"--set", "data.vocabulary.type=wordpiece"}), 0);
  }
  static void TearDownTestSuite() {
    delete runs_;
    runs_ = nullptr;
  }

  static Exited run(const std::string& command, const TinyRuns::Arguments& more,
                    const std::string& input = "") {
    runs_->folder().write("input", input);
    TinyRuns::Arguments arguments = {command, *runs_ / "run/final"};
    arguments.insert(arguments.end(), more.begin(), more.end());
    if (!input.empty()) arguments.insert(arguments.end(), {"--input", *runs_ / "input"});
    return Process("reprise", arguments, runs_->folder().path()).wait();
  }
  static std::vector<Json> lines_of(const Exited& exited) {
    std::vector<Json> lines;
    std::istringstream text(exited.out);
    for (std::string line; std::getline(text, line);) lines.push_back(parse_json(line, "out").value());
    return lines;
  }

  static inline TinyRuns* runs_ = nullptr;
};

TEST_F(Predict, FillsEveryMask) {
  const Exited exited = run("predict", {"--jsonl", "--top", "3"},
                            "{\"text\": \"the [MASK] rises and [MASK] falls\"}\n{\"text\": \"tide\"}\n");
  EXPECT_EQ(exited.code, 0) << exited.err;
  const std::vector<Json> lines = lines_of(exited);
  ASSERT_EQ(lines.size(), 2u);
  ASSERT_EQ(lines[0]["masks"].size(), 2u);
  EXPECT_TRUE(lines[1]["masks"].empty());
  for (const Json& mask : lines[0]["masks"]) {
    ASSERT_EQ(mask.size(), 3u);
    double before = 1;
    for (const Json& guess : mask) {
      EXPECT_TRUE(guess["piece"].is_string());
      EXPECT_LE(guess["probability"], before);
      before = guess["probability"];
    }
  }
}

// Longer than the model's 32 positions: the end is cut off, and a [MASK] in it goes unanswered.
TEST_F(Predict, CutsWhatIsTooLongAndSaysWhichMasksAreNotRead) {
  std::string longer = "moon [MASK]";
  for (int i = 0; i < 40; ++i) longer += " tide";
  longer += " [MASK]";
  const std::vector<Json> lines = lines_of(run("predict", {"--jsonl", longer}));
  ASSERT_EQ(lines.size(), 1u);
  ASSERT_EQ(lines[0]["masks"].size(), 2u);
  EXPECT_TRUE(lines[0]["masks"][0].is_array());
  EXPECT_TRUE(lines[0]["masks"][1].is_null());
  const Exited exited = run("predict", {longer});
  EXPECT_NE(exited.out.find("; beyond what the model reads"), std::string::npos) << exited.out;
}

TEST_F(Predict, SaysWhereARunHasItsModel) {
  const Exited exited = Process("reprise", {"predict", *runs_ / "run", "moon"}, runs_->folder().path()).wait();
  expect_exit(exited, 65, {"is a run's configuration; its model is in", "run/final"});
}

TEST_F(Predict, RefusesAClassifiersOptions) {
  for (const std::vector<std::string>& options : {std::vector<std::string>{"--threshold", "0.5"}, {"--pairs"}}) {
    std::vector<std::string> arguments = options;
    arguments.push_back("slow [MASK]");
    expect_exit(run("predict", arguments), 2, {options[0], "fills [MASK]s"});
  }
}

TEST_F(Predict, AnswersTextsOnTheCommandLineInWords) {
  const Exited exited = run("predict", {"--top", "2", "slow [MASK] wind", "moon"});
  EXPECT_EQ(exited.code, 0) << exited.err;
  EXPECT_NE(exited.out.find(" %, \""), std::string::npos) << exited.out;
  EXPECT_TRUE(exited.out.ends_with("\nno [MASK]\n")) << exited.out;
}

// A library's product may have other last digits in another row of it.
void expect_same_guesses(const Json& masks, const Json& others) {
  ASSERT_EQ(masks.size(), others.size());
  for (size_t m = 0; m < masks.size(); ++m) {
    ASSERT_EQ(masks[m].size(), others[m].size());
    for (size_t g = 0; g < masks[m].size(); ++g) {
      EXPECT_EQ(masks[m][g]["piece"], others[m][g]["piece"]);
      EXPECT_NEAR(masks[m][g]["probability"], others[m][g]["probability"], 1e-6);
    }
  }
}

// What stands around a text in its batch doesn't matter, nor do broken lines and the number of threads.
TEST_F(Predict, KeepsOrderAroundABrokenLine) {
  std::string input, alone;
  for (int i = 0; i < 150; ++i) {
    const std::string text = i % 2 == 0 ? "the [MASK] rises" : "[MASK] and stone under the bright [MASK]";
    input += i == 70 ? "{\"text\": 7}\n" : "{\"text\": \"" + text + "\"}\n";
  }
  const Exited exited = run("predict", {"--jsonl", "--threads", "2"}, input);
  EXPECT_EQ(exited.code, 65);
  EXPECT_NE(exited.err.find("input:71: "), std::string::npos) << exited.err;
  const std::vector<Json> lines = lines_of(exited);
  ASSERT_EQ(lines.size(), 150u);
  EXPECT_TRUE(lines[70].contains("error"));
  for (size_t i = 0; i < lines.size(); ++i) {
    if (i == 70) continue;
    SCOPED_TRACE(i);
    expect_same_guesses(lines[i]["masks"], lines[i % 2]["masks"]);
  }
}

TEST_F(Predict, EmbedGivesAVectorForEachText) {
  for (const char* pooling : {"mean", "first"}) {
    const Exited exited =
        run("embed", {"--jsonl", "--pooling", pooling}, "{\"text\": \"moon\"}\n{\"text\": \"\"}\n{\"text\": \"moon\"}\n");
    EXPECT_EQ(exited.code, 0) << exited.err;
    const std::vector<Json> lines = lines_of(exited);
    ASSERT_EQ(lines.size(), 3u);
    EXPECT_EQ(lines[0]["embedding"].size(), 32u);
    EXPECT_EQ(lines[0], lines[2]);
    EXPECT_NE(lines[0], lines[1]);
  }
  EXPECT_EQ(run("embed", {"--pooling", "last", "moon"}).code, 2);
}

TEST_F(Predict, SaysWhatAModelCannotDo) {
  namespace fs = std::filesystem;
  const Exited none = Process("reprise", {"predict", *runs_ / "nowhere", "x"}, runs_->folder().path()).wait();
  EXPECT_EQ(none.code, 66) << none.err;
  fs::create_directories(*runs_ / "bare");
  for (const char* name : {"config.json", "model.safetensors"}) {
    fs::copy(*runs_ / (std::string("run/final/") + name), *runs_ / (std::string("bare/") + name));
  }
  const Exited bare = Process("reprise", {"embed", *runs_ / "bare", "x"}, runs_->folder().path()).wait();
  EXPECT_EQ(bare.code, 66);
  EXPECT_NE(bare.err.find("neither vocab.txt nor spiece.model"), std::string::npos) << bare.err;
}

}  // namespace
}  // namespace reprise
