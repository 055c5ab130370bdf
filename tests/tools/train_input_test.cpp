// What a person may get wrong: each mistake ends with a sentence and the exit code that fits.
#include <initializer_list>

#include "tests/tools/tiny_runs.h"

namespace reprise {
namespace {

namespace fs = std::filesystem;

// The lines of stderr that begin with "error: " or go on from there.
std::string error_of(const Exited& exited) {
  const size_t at = exited.err.find("error: ");
  return at == std::string::npos ? "" : exited.err.substr(at);
}

TinyRuns::Arguments set(std::initializer_list<const char*> settings) {
  TinyRuns::Arguments arguments;
  for (const char* setting : settings) arguments.insert(arguments.end(), {"--set", setting});
  return arguments;
}

// Trains on such a text; one sentence must say what is wrong with it, and nothing must be left.
void expect_refused(const std::string& text, int code, const std::string& part) {
  const TinyRuns runs;
  runs.folder().write("train.txt", text);
  const Exited exited = runs.train("run");
  expect_exit(exited, code, {part});
  const std::string error = error_of(exited);
  EXPECT_NE(error.find("train.txt"), std::string::npos) << error;
  EXPECT_EQ(error.find('\n'), error.size() - 1) << error;
  EXPECT_FALSE(fs::exists(runs / "run/config.json"));
}

TEST(TrainInput, CommandLine) {
  const TinyRuns runs;
  const std::string& folder = runs.folder().path();
  expect_exit(runs.train("run", {"--threads", "0"}), 2, {"--threads"});
  expect_exit(runs.train("run", {"--no-such-option"}), 2, {"--help"});
  expect_exit(Process("train", {}, folder).wait(), 2, {"--config is required"});
  expect_exit(Process("reprise", {"predikt"}, folder).wait(), 2, {"\"predikt\" is no command; did you mean \"predict\"?"});
  expect_exit(Process("reprise", {"predict"}, folder).wait(), 2, {"see reprise predict --help"});
  expect_exit(runs.train("run", {"--set", "training.epochs=1"}), 78, {"one of steps and epochs", "training.epochs=null"});
  expect_exit(runs.train("none", {"--resume", "must"}), 66, {"none", "there is no run to resume"});
  EXPECT_FALSE(std::filesystem::exists(runs / "none"));
  const Exited help = Process("train", {"--help"}, folder).wait();
  EXPECT_EQ(help.code, 0);
  EXPECT_NE(help.out.find("Exit codes"), std::string::npos);
  const Exited version = Process("train", {"--version"}, folder).wait();
  EXPECT_EQ(version.code, 0);
  EXPECT_EQ(version.out.rfind("reprise ", 0), 0u) << version.out;
  EXPECT_FALSE(fs::exists(runs / "run"));
}

TEST(TrainInput, AllMistakesOfARecipeAtOnce) {
  const TinyRuns runs;
  Json recipe = tiny_recipe("albert");
  recipe["model"]["hiden_size"] = 8;
  recipe["optimizer"]["learning_rate"] = "fast";
  recipe["training"]["batch_size"] = 0;
  runs.write_recipe(recipe);
  const Exited exited = runs.train("run");
  expect_exit(exited, 78, {"model.hiden_size", "hidden_size\"", "optimizer.learning_rate",
                           "training.batch_size"});
  const std::string error = error_of(exited);
  EXPECT_EQ(std::count(error.begin(), error.end(), '\n'), 3) << error;
  EXPECT_FALSE(fs::exists(runs / "run"));
}

TEST(TrainInput, ADropoutThatTheModelDoesNotHave) {
  const TinyRuns runs("bert");
  expect_exit(runs.train("run", set({"model.classifier_dropout_prob=0.1"})), 78,
              {"model.classifier_dropout_prob: bert has dropout before a classifier only"});
  expect_exit(runs.train("run", set({"model.classifier_dropout_prob=0"})), 0);
}

TEST(TrainInput, RecipesAndFilesThatAreMissing) {
  const TinyRuns runs;
  const std::string& folder = runs.folder().path();
  expect_exit(Process("train", {"--config", "albert_smal"}, folder).wait(), 66, {"albert_small"});
  expect_exit(runs.train("run", set({"data.train=missing.txt"})), 66, {"missing.txt"});
  expect_exit(runs.train("run", set({"data.train=none*.txt"})), 66, {"none*.txt"});
  fs::create_directories(runs / "folder.txt");
  expect_exit(runs.train("run", set({"data.train=folder.txt"})), 66, {"folder.txt"});
  expect_exit(runs.train("run", set({"model.init_from=nowhere"})), 66, {"nowhere"});
  EXPECT_FALSE(fs::exists(runs / "run/config.json"));
}

TEST(TrainInput, TextsThatAreNone) {
  expect_refused("", 65, "");
  expect_refused("\n\n\r\n", 65, "");
  expect_refused(std::string("\x7f" "ELF\x02\x01\0\0\0\xfe\xff", 11) + tiny_text(1, 2, 1), 65, "");
  expect_refused(tiny_text(2, 3, 1) + "caf\xe9 au lait\n", 65, "UTF-8");
}

TEST(TrainInput, TextsThatAreUnusual) {
  const TinyRuns runs;
  std::string crlf;
  for (const char c : tiny_text(12, 10, 1)) crlf += c == '\n' ? std::string("\r\n") : std::string(1, c);
  runs.folder().write("train.txt", crlf);
  expect_exit(runs.train("crlf"), 0);
  runs.folder().write("train.txt", tiny_text(12, 10, 1));
  expect_exit(runs.train("lf"), 0);
  runs.expect_same_result("lf", "crlf");
}

// Documents of one sentence have no second segment to swap or to take from elsewhere.
TEST(TrainInput, DocumentsOfOneSentence) {
  const TinyRuns runs;
  runs.folder().write("train.txt", tiny_text(60, 1, 1));
  for (const char* task : {"sop", "nsp", "none"}) {
    expect_exit(runs.train(task, {"--set", std::string("data.sentence_task=") + task}), 0);
  }
}

TEST(TrainInput, AWarmUpThatNeverEnds) {
  const TinyRuns runs;
  expect_exit(runs.train("run", {"--dry-run", "--set", "schedule.warmup_steps=13"}), 0, {"warm-up of 13 steps", "the run of 12"});
}

TEST(TrainInput, APieceForEveryCharacter) {
  const TinyRuns runs;
  expect_exit(runs.train("run", {"--set", "model.vocab_size=10"}), 65, {"its characters alone need ", "a larger model.vocab_size"});
}

TEST(TrainInput, ARunIsNoCheckpoint) {
  const TinyRuns runs;
  expect_exit(runs.train("run"), 0);
  expect_exit(runs.train("other", {"--resume", runs / "run"}), 66, {"is a run's folder", "run/checkpoints"});
}

TEST(TrainInput, AnOutputThatCantBe) {
  const TinyRuns runs;
  runs.folder().write("file", "something else");
  expect_exit(runs.train("file"), 73, {"file"});
  expect_exit(runs.train("file/below"), 73, {"file/below"});
  EXPECT_EQ(content_of(runs / "file"), "something else");
}

TEST(TrainInput, APretrainedModelMaySayTheDropoutOfAClassifier) {
  const TinyRuns runs("bert");
  expect_exit(runs.train("first"), 0);
  Json config = parse_json(runs.file("first", "final/config.json"), "config.json").value();
  config["classifier_dropout"] = 0.3;
  for (const char* file : {"model.safetensors", "spiece.model"}) {
    runs.folder().write(std::string("folder/") + file, runs.file("first", std::string("final/") + file));
  }
  runs.folder().write("folder/config.json", dump_json(config));
  const std::string from = "model.init_from=" + runs / "folder";
  expect_exit(runs.train("second", set({from.c_str()})), 0);
  EXPECT_NE(runs.file("second", "final/config.json").find("\"classifier_dropout\": 0.3"), std::string::npos);
}

// Other text would give other pieces, under which the weights mean nothing.
TEST(TrainInput, APretrainedModelComesWithItsVocabulary) {
  const TinyRuns runs("bert");
  expect_exit(runs.train("first", set({"data.vocabulary.type=wordpiece", "data.vocabulary.cased=true"})), 0);
  const std::string pieces = runs.file("first", "final/vocab.txt");
  EXPECT_NE(pieces.find("tide\n"), std::string::npos);
  std::string other = tiny_text(12, 10, 3);
  std::ranges::replace(other, 'i', 'y');
  runs.folder().write("train.txt", other);
  const std::string from = "model.init_from=" + runs / "first/final";
  expect_exit(runs.train("second", set({from.c_str()})), 0);
  EXPECT_EQ(runs.file("second", "final/vocab.txt"), pieces);
  EXPECT_NE(runs.file("second", "final/tokenizer_config.json").find("\"do_lower_case\": false"), std::string::npos);
}

}  // namespace
}  // namespace reprise
