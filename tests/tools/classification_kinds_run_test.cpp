// Classifiers of other kinds: several labels of a text, numbers, pairs, tables of other forms; and what is refused.
#include "tests/tools/classification_recipe.h"

namespace reprise {
namespace {

TEST(ClassificationRun, TakesSeveralLabelsOfATextAndNumbers) {
  const TinyRuns runs("bert");
  Json recipe = recipe_of("bert");
  recipe["task"] = "multi_label";
  recipe["data"] = {{"type", "classification"}, {"train", "train.jsonl"}, {"valid", "train.jsonl"}, {"max_length", 24}};
  runs.folder().write("train.jsonl", "{\"text\":\"moon\",\"label\":[\"a\"]}\n{\"text\":\"river moon\",\"label\":[\"a\",\"b\"]}\n"
                                     "{\"text\":\"river\",\"label\":[\"b\"]}\n{\"text\":\"stone\",\"label\":[]}\n");
  recipe["training"]["epochs"] = 200;
  runs.write_recipe(recipe);
  expect_exit(runs.train("labels"), 0, {"all labels right of 100.00 %"});
  const Exited several = Process("reprise", {"predict", runs / "labels/final", "river moon", "stone"},
                                 runs.folder().path()).wait();
  EXPECT_EQ(several.out, "a;b\n-\n") << several.err;
  const Exited listed = Process("reprise", {"predict", runs / "labels/final", "--top", "1", "moon", "stone"},
                                runs.folder().path()).wait();
  EXPECT_TRUE(listed.out.starts_with("a\ta\t")) << listed.out << listed.err;
  EXPECT_NE(listed.out.find("\n-\t"), std::string::npos) << listed.out;
  runs.folder().write("broken.txt", "stone\n\nmoon\n");
  const Exited broken = Process("reprise", {"predict", runs / "labels/final", "--input", runs / "broken.txt"},
                                runs.folder().path()).wait();
  EXPECT_EQ(broken.code, 65);
  EXPECT_EQ(broken.out, "-\n\na\n") << broken.err;
  const auto evaluated = [&](const std::string& model, const TinyRuns::Arguments& more) {
    TinyRuns::Arguments all = {"evaluate", runs / (model + "/final"), "--data"};
    all.insert(all.end(), more.begin(), more.end());
    return Process("reprise", all, runs.folder().path()).wait();
  };
  EXPECT_NE(evaluated("labels", {runs / "train.jsonl"}).out.find("a                  2     1.0000  1.0000  1.0000"), std::string::npos)
      << evaluated("labels", {runs / "train.jsonl"}).out;
  const Json apart = parse_json(evaluated("labels", {runs / "train.jsonl", "--json", "--threshold", "1"}).out, "out").value();
  EXPECT_EQ(apart["labels"][1], (Json{{"label", "b"}, {"texts", 2}, {"precision", 0}, {"recall", 0}, {"f1", 0}}));

  recipe["task"] = "regression";
  recipe["data"]["train"] = recipe["data"]["valid"] = "scores.tsv";
  runs.folder().write("scores.tsv", "text\tlabel\nmoon\t-1.5\nriver\t2\nmoon river\t0.25\n");
  runs.write_recipe(recipe);
  expect_exit(runs.train("scores"), 0, {"correlation 0.9"});
  const Exited number = Process("reprise", {"predict", runs / "scores/final", "--jsonl", "river"},
                                runs.folder().path()).wait();
  EXPECT_NEAR(parse_json(number.out, "out").value()["score"].get<double>(), 2, 0.3) << number.err;
  expect_exit(evaluated("scores", {runs / "scores.tsv", "--threshold", "0.5"}), 2, {"--threshold", "numbers"});
  for (const char* option : {"--threshold", "--top"}) {
    expect_exit(Process("reprise", {"predict", runs / "scores/final", option, "1", "river"}, runs.folder().path()).wait(), 2,
                {option, "number"});
  }
}

TEST(ClassificationRun, TakesPairs) {
  const TinyRuns runs;
  Json recipe = recipe_of("albert");
  recipe["data"] = {{"type", "classification"}, {"train", "train.tsv"}, {"pair_column", "other"}, {"valid_share", 0},
                    {"max_length", 24}};
  runs.folder().write("train.tsv", "text\tother\tlabel\nmoon\tmoon\tsame\nmoon\triver\tnot\nriver\tmoon\tnot\nriver\triver\tsame\n");
  recipe["training"]["epochs"] = 2;
  runs.write_recipe(recipe);
  expect_exit(runs.train("run"), 0);
  const auto predict = [&](const std::string& text) {
    return Process("reprise", {"predict", runs / "run/final", text}, runs.folder().path()).wait();
  };
  EXPECT_EQ(predict("moon\triver").code, 0);
  EXPECT_NE(predict("moon").err.find("a tab between"), std::string::npos);
  // Both columns of a table, the second as in training or by its name.
  runs.folder().write("asked.tsv", "text\tother\tnext\nmoon\tmoon\triver\nriver\tmoon\triver\n");
  const auto of_table = [&](const TinyRuns::Arguments& more) {
    TinyRuns::Arguments all = {"predict", runs / "run/final", "--input", runs / "asked.tsv", "--column", "text"};
    all.insert(all.end(), more.begin(), more.end());
    const Exited exited = Process("reprise", all, runs.folder().path()).wait();
    EXPECT_EQ(exited.code, 0) << exited.err;
    return exited.out;
  };
  EXPECT_EQ(of_table({}), predict("moon\tmoon").out + predict("river\tmoon").out);
  EXPECT_EQ(of_table({"--pair-column", "next"}), predict("moon\triver").out + predict("river\triver").out);
}

// A table without a header, of a format that its name doesn't tell.
TEST(ClassificationRun, ReadsOtherTablesAsItsOwn) {
  const TinyRuns runs("bert");
  Json recipe = recipe_of("bert");
  recipe["data"] = {{"type", "classification"}, {"train", "train.csv"}, {"header", false}, {"format", "tsv"},
                    {"text_column", "1"}, {"label_column", "2"}, {"valid_share", 0}, {"max_length", 24}};
  recipe["training"]["epochs"] = 1;
  runs.folder().write("train.csv", "red moon\tred\nblue, river\tblue\n");
  runs.write_recipe(recipe);
  expect_exit(runs.train("run"), 0);
  const auto reprise = [&](const TinyRuns::Arguments& arguments) {
    return Process("reprise", arguments, runs.folder().path()).wait();
  };
  const std::string table = runs / "train.csv", model = runs / "run/final";
  expect_exit(reprise({"evaluate", model, "--data", table}), 0);
  const Exited exited = reprise({"predict", model, "--input", table, "--column", "1"});
  EXPECT_EQ(std::ranges::count(exited.out, '\n'), 2) << exited.err;
  runs.folder().write("other.csv", "red moon,red\n\"blue, river\",blue\n");
  expect_exit(reprise({"evaluate", model, "--data", runs / "other.csv", "--format", "csv"}), 0);
  expect_exit(reprise({"predict", model, "--input", runs / "other.csv", "--column", "1", "--format", "csv"}), 0);
  runs.folder().write("named.csv", "text\tlabel\nred moon\tred\nblue, river\tblue\n");
  expect_exit(reprise({"evaluate", model, "--data", runs / "named.csv", "--header", "--text-column", "text",
                       "--label-column", "label"}), 0);
  const Exited named = reprise({"predict", model, "--input", runs / "named.csv", "--column", "text", "--header"});
  EXPECT_EQ(named.out, exited.out) << named.err;
}

TEST(ClassificationRun, RefusesWhatDoesNotFit) {
  const TinyRuns runs("bert");
  runs.folder().write("train.csv", rows(12, 1));
  runs.folder().write("other.csv", "text,label\nmoon,gren\n");
  const auto refused = [&](const char* path, const Json& value, int code, const char* part) {
    Json recipe = recipe_of("bert");
    recipe["data"].erase("test");
    recipe[Json::json_pointer(path)] = value;
    runs.write_recipe(recipe);
    expect_exit(runs.train("run"), code, {part});
    EXPECT_TRUE(runs.file("run", "final/config.json").empty());
  };
  refused("/data/label_column", "category", 65, "category");
  refused("/data/train", "missing.csv", 66, "missing.csv");
  refused("/data/valid", "other.csv", 65, "other.csv:2: the label \"gren\" is none of the 3 that are known "
          "(blue, green, red); did you mean \"green\"?");
  refused("/data/labels", Json::array({"blue", "green"}), 65, "the label \"red\" is none of the 2");
  refused("/data/max_length", 64, 78, "64 tokens are more than the model's 32 positions");
  refused("/task", "pretraining", 78, "labelled texts are for classification");
  refused("/data/type", "text", 78, "task.type: is classification");
  refused("/task", "regression", 65, "is no number");
}

TEST(ClassificationRun, RefusesModelsThatAreNoClassifiers) {
  const TinyRuns runs("bert");
  runs.folder().write("train.csv", rows(12, 1));
  expect_exit(runs.train("words"), 0);
  const Exited exited = Process("reprise", {"evaluate", runs / "words/final", "--data", runs / "train.csv"},
                                runs.folder().path()).wait();
  expect_exit(exited, 78, {"this model is no classifier"});
}

}  // namespace
}  // namespace reprise
