// Training a classifier and asking it, through the programs.
#include <filesystem>
#include <fstream>

#include "core/safetensors.h"
#include "tests/tools/classification_recipe.h"

namespace reprise {
namespace {

// A finished run of each type, made once.
class ClassificationRuns : public testing::TestWithParam<const char*> {
 protected:
  static const TinyRuns& runs() {
    static const TinyRuns* made[2] = {};
    const TinyRuns*& run = made[GetParam() == std::string("bert")];
    if (!run) {
      run = new TinyRuns(GetParam());
      run->folder().write("train.csv", rows(120, 1));
      run->folder().write("test.csv", rows(30, 2));
      run->write_recipe(recipe_of(GetParam()));
      expect_exit(run->train("run"), 0, {"labelled texts: ", "3 labels", "test: "});
    }
    return *run;
  }
  static Exited reprise(TinyRuns::Arguments arguments) {
    return Process("reprise", arguments, runs().folder().path()).wait();
  }
  static std::string final_folder() { return runs() / "run/final"; }
};
INSTANTIATE_TEST_SUITE_P(, ClassificationRuns, testing::Values("albert", "bert"), type_name);

TEST_P(ClassificationRuns, LearnsAndSaysHowWell) {
  const std::vector<Json> lines = runs().metrics("run");
  const Json test = lines.back()["test"], eval = lines[lines.size() - 2]["eval"];
  EXPECT_GT(test["accuracy"].get<double>(), 0.9);
  for (const char* score : {"loss", "accuracy", "macro_f1", "matthews", "calibration_error", "majority_accuracy"}) {
    EXPECT_TRUE(test[score].is_number() && eval[score].is_number()) << score;
  }
  EXPECT_TRUE(lines[0]["class_loss"].is_number());
}

TEST_P(ClassificationRuns, TellsWhatEachLayerMoves) {
  expect_exit(runs().train("watched", {"--set", "training.epochs=1", "--set", "diagnostics.every=10"}), 0);
  const std::vector<Json> lines = runs().metrics("watched");
  const auto line = std::ranges::find_if(lines, [](const Json& any) { return any.contains("uses"); });
  ASSERT_NE(line, lines.end());
  ASSERT_TRUE(line->contains("layers")) << *line;
  EXPECT_EQ((*line)["layers"]["angle"].size(), 2u);
  EXPECT_GT((*line)["layers"]["distance"][1], 0);
}

TEST_P(ClassificationRuns, TracesItsFirstBatch) {
  const std::string trace = runs() / "trace.safetensors";
  expect_exit(reprise({"trace", "--config", runs().recipe(), "--output", trace}), 0);
  const SafetensorsFile file = SafetensorsFile::open(trace);
  const Tensor hidden = file.load("hidden.2"), logits = file.load("class_logits");
  EXPECT_EQ(hidden.size(0), 8);
  EXPECT_EQ(hidden.size(2), 32);
  EXPECT_EQ(file.load("pooled").shape(), (Shape{8, 32}));
  EXPECT_EQ(logits.shape(), (Shape{8, 3}));
  EXPECT_NE(logits.item(0), 0);
  EXPECT_EQ(file.load("grad.classifier.weight").shape(), (Shape{3, 32}));
}

TEST_P(ClassificationRuns, WritesAClassifiersFolder) {
  const Json config = parse_json(runs().file("run", "final/config.json"), "config.json").value();
  EXPECT_EQ(config["architectures"][0], GetParam() == std::string("albert") ? "AlbertForSequenceClassification"
                                                                           : "BertForSequenceClassification");
  EXPECT_EQ(config["id2label"], (Json{{"0", "blue"}, {"1", "green"}, {"2", "red"}}));
  EXPECT_EQ(config["label2id"]["red"], 2);
  EXPECT_EQ(config["problem_type"], "single_label_classification");
  EXPECT_FALSE(runs().file("run", "final/tokenizer.json").empty());
}

TEST_P(ClassificationRuns, HasTheSameBitsOnAnyThreadsAndAfterAStop) {
  expect_exit(runs().train("three", {"--threads", "3"}), 0);
  runs().expect_same_result("run", "three");
  runs().stop("stopped", 35, SIGKILL);
  expect_exit(runs().train("stopped"), 0, {"going on from"});
  runs().expect_same_result("run", "stopped");
}

TEST_P(ClassificationRuns, EvaluatesToWhatTheRunSaid) {
  const Exited exited = reprise({"evaluate", final_folder(), "--data", runs() / "test.csv", "--json"});
  ASSERT_EQ(exited.code, 0) << exited.err;
  const Json scores = parse_json(exited.out, "out").value(), test = runs().metrics("run").back()["test"];
  EXPECT_EQ(scores["accuracy"], test["accuracy"]);
  EXPECT_NEAR(scores["loss"].get<double>(), test["loss"].get<double>(), 1e-6);
  EXPECT_EQ(scores["texts"], 30);
  int64_t right = 0, all = 0;
  for (size_t r = 0; r < 3; ++r) {
    for (size_t g = 0; g < 3; ++g) {
      all += scores["confusion"][r][g].get<int64_t>();
      right += r == g ? scores["confusion"][r][g].get<int64_t>() : 0;
    }
  }
  EXPECT_EQ(all, 30);
  EXPECT_DOUBLE_EQ(static_cast<double>(right) / 30, scores["accuracy"].get<double>());
}

TEST_P(ClassificationRuns, AnswersTheSameInTheFasterPrecision) {
  const auto loss = [&](const char* precision) {
    const Exited exited = reprise({"evaluate", final_folder(), "--data", runs() / "test.csv", "--json", "--precision", precision});
    EXPECT_EQ(exited.code, 0) << exited.err;
    return parse_json(exited.out, "out").value()["loss"].get<double>();
  };
  EXPECT_NEAR(loss("auto"), loss("float32"), 0.05);
  EXPECT_EQ(reprise({"predict", final_folder(), "--precision", "float16", "moon"}).code, 2);
}

TEST_P(ClassificationRuns, PredictsInOrderAndNamesABrokenLine) {
  runs().folder().write("texts.jsonl", "{\"text\": \"blue rises\"}\n{\"text\": 3}\n{\"text\": \"\"}\n{\"text\": \"red sleeps\"}\n");
  const Exited exited = reprise({"predict", final_folder(), "--input", runs() / "texts.jsonl", "--jsonl", "--top", "2"});
  EXPECT_EQ(exited.code, 65);
  EXPECT_NE(exited.err.find("texts.jsonl:2: "), std::string::npos) << exited.err;
  EXPECT_NE(exited.err.find("texts.jsonl:3: the text is empty"), std::string::npos) << exited.err;
  std::istringstream lines(exited.out);
  std::vector<Json> answers;
  for (std::string line; std::getline(lines, line);) answers.push_back(parse_json(line, "out").value());
  ASSERT_EQ(answers.size(), 4u);
  EXPECT_EQ(answers[0]["label"], "blue");
  EXPECT_TRUE(answers[1].contains("error"));
  EXPECT_TRUE(answers[2].contains("error"));
  EXPECT_EQ(answers[3]["label"], "red");
  ASSERT_EQ(answers[0]["top"].size(), 2u);
  EXPECT_EQ(answers[0]["top"][0]["probability"], answers[0]["probability"]);
}

TEST_P(ClassificationRuns, HaveARecipeInTheirCard) {
  const std::string card = runs().file("run", "final/README.md"), fence = "```json\n";
  const size_t begin = card.find(fence) + fence.size();
  runs().folder().write("card.json", card.substr(begin, card.find("```", begin) - begin));
  expect_exit(Process("train", {"--config", runs() / "card.json", "--output", runs() / "by_card"},
                      runs().folder().path()).wait(), 0);
  EXPECT_TRUE(runs().file("run", "final/model.safetensors") == runs().file("by_card", "final/model.safetensors"));
}

TEST_P(ClassificationRuns, KeepTheirSharing) {
  const Exited exited = reprise({"convert", final_folder(), "--sharing", "none", "--output", runs() / "new"});
  expect_exit(exited, 78, {"is a classifier"});
}

TEST_P(ClassificationRuns, PredictsFromAColumnOfATable) {
  const Exited exited = reprise({"predict", final_folder(), "--input", runs() / "test.csv", "--column", "text", "--jsonl"});
  EXPECT_EQ(exited.code, 0) << exited.err;
  EXPECT_EQ(std::ranges::count(exited.out, '\n'), 30);
  expect_exit(reprise({"predict", final_folder(), "--input", runs() / "test.csv", "--column", "body"}), 65, {"body"});
  expect_exit(reprise({"predict", final_folder(), "--input", runs() / "test.csv"}), 2, {"is a table", "--column"});
  expect_exit(reprise({"predict", final_folder(), "--no-header", "moon"}), 2, {"--column"});
  expect_exit(reprise({"predict", final_folder(), "--input", runs() / "test.csv", "moon"}), 2, {"--input"});
  expect_exit(reprise({"predict", final_folder(), "-top", "moon"}), 2, {"-top"});
  const Exited all = reprise({"predict", final_folder(), "--input", runs() / "test.csv", "--column", "1", "--no-header"});
  EXPECT_EQ(std::ranges::count(all.out, '\n'), 31) << all.err;
  expect_exit(reprise({"predict", final_folder(), "--column", "text", "moon"}), 2, {"--column"});
}

TEST_P(ClassificationRuns, AnswersAsManyLinesAtATimeAsAsked) {
  const auto answers = [&](const char* batch) {
    const Exited exited = reprise({"predict", final_folder(), "--input", runs() / "test.csv", "--column", "text",
                                   "--batch", batch});
    EXPECT_EQ(exited.code, 0) << exited.err;
    std::vector<std::string> labels;
    std::istringstream lines(exited.out);
    for (std::string line; std::getline(lines, line);) labels.push_back(line.substr(0, line.find('\t')));
    return labels;
  };
  const std::vector<std::string> one = answers("1");
  EXPECT_EQ(one.size(), 30u);
  EXPECT_EQ(one, answers("7"));
  EXPECT_EQ(reprise({"predict", final_folder(), "--batch", "0", "moon"}).code, 2);
}

TEST_P(ClassificationRuns, SaysUnknownBelowTheThreshold) {
  const Exited exited = reprise({"predict", final_folder(), "--threshold", "1", "moon rises"});
  EXPECT_TRUE(exited.out.starts_with("unknown\t")) << exited.out << exited.err;
  for (const char* none : {"nan", "-nan", "1.5"}) {
    expect_exit(reprise({"predict", final_folder(), "--threshold", none, "moon rises"}), 2, {"--threshold"});
  }
}

TEST_P(ClassificationRuns, SaysWhatAThresholdWouldDo) {
  const auto evaluate = [&](const TinyRuns::Arguments& more) {
    TinyRuns::Arguments all = {"evaluate", final_folder(), "--data", runs() / "test.csv"};
    all.insert(all.end(), more.begin(), more.end());
    const Exited exited = reprise(all);
    EXPECT_EQ(exited.code, 0) << exited.err;
    return exited.out;
  };
  const Json all = parse_json(evaluate({"--threshold", "0", "--json"}), "out").value();
  EXPECT_EQ(all["answered"], 1);
  EXPECT_EQ(all["answered_accuracy"], all["accuracy"]);
  EXPECT_NE(evaluate({"--threshold", "0"}).find("At a threshold of 0 100.00 % of the texts are answered, "), std::string::npos);
  const Json none = parse_json(evaluate({"--threshold", "1", "--json"}), "out").value();
  EXPECT_EQ(none["answered"], 0);
  EXPECT_TRUE(none["answered_accuracy"].is_null());
  EXPECT_NE(evaluate({"--threshold", "1"}).find("no text is answered"), std::string::npos);
}

TEST_P(ClassificationRuns, ListsTheLikeliestLabelsIfAsked) {
  const auto cells = [&](TinyRuns::Arguments arguments) {
    arguments.insert(arguments.begin(), {"predict", final_folder()});
    arguments.push_back("blue rises");
    const Exited exited = reprise(arguments);
    EXPECT_EQ(exited.code, 0) << exited.err;
    std::vector<std::string> found;
    std::istringstream line(exited.out.substr(0, exited.out.find('\n')));
    for (std::string cell; std::getline(line, cell, '\t');) found.push_back(cell);
    return found;
  };
  const std::vector<std::string> answer = cells({}), two = cells({"--top", "2"}), all = cells({"--top", "9"});
  ASSERT_EQ(answer.size(), 2u);
  ASSERT_EQ(two.size(), 4u);
  ASSERT_EQ(all.size(), 6u);  // of three labels
  EXPECT_EQ(cells({"--top", "1"}), answer);
  EXPECT_EQ(two[0], "blue");
  EXPECT_TRUE(std::equal(answer.begin(), answer.end(), two.begin()));
  EXPECT_TRUE(std::equal(two.begin(), two.end(), all.begin()));
  EXPECT_GE(std::stod(all[3]), std::stod(all[5]));
  EXPECT_NEAR(std::stod(all[1]) + std::stod(all[3]) + std::stod(all[5]), 1, 2e-4);
  // What isn't sure enough stays the answer; the guesses follow it.
  const std::vector<std::string> unsure = cells({"--top", "2", "--threshold", "1"});
  ASSERT_EQ(unsure.size(), 6u);
  EXPECT_EQ(unsure[0], "unknown");
  EXPECT_TRUE(std::equal(two.begin(), two.end(), unsure.begin() + 2));
}

TEST_P(ClassificationRuns, GoesOnFromAClassifierOrFromPretraining) {
  TinyRuns::Arguments more = {"--set", "model=" + dump_json_line({{"init_from", final_folder()}, {"type", GetParam()},
                                                                  {"hidden_dropout_prob", 0.3}}),
                              "--set", "training.epochs=1"};
  const Exited same = runs().train("again", more);
  expect_exit(same, 0);
  EXPECT_EQ(same.err.find("random at first"), std::string::npos) << same.err;
  runs().folder().write("two.csv", "text,label\nmoon,a\nriver,b\nmoon tide,a\nriver falls,b\n");
  more.insert(more.end(), {"--set", "data.train=" + (runs() / "two.csv"), "--set", "data.test=null", "--set", "data.valid_share=0"});
  expect_exit(runs().train("other", more), 0, {"random at first: classifier", "there are no held-out texts"});
}

// Its copy, without a manifest to notice what is done to it.
std::string copied(const std::string& model, const std::string& copy) {
  std::filesystem::copy(model, copy);
  std::filesystem::remove(copy + "/manifest.json");
  return copy;
}

TEST_P(ClassificationRuns, AreComparedWithoutWhatTheyStartedFrom) {
  const std::string start = copied(final_folder(), runs() / "start");
  expect_exit(runs().train("tuned", {"--set", "model=" + dump_json_line({{"init_from", start}, {"type", GetParam()}}),
                                     "--set", "training.epochs=1"}), 0);
  std::filesystem::remove_all(start);
  const Exited exited = reprise({"compare", runs() / "run", runs() / "tuned", "--json"});
  expect_exit(exited, 0);
  const std::vector<Json> lines = runs().metrics("tuned");
  EXPECT_EQ(parse_json(exited.out, "out").value()["runs"][1]["accuracy"], lines[lines.size() - 2]["eval"]["accuracy"]);
}

TEST_P(ClassificationRuns, WantTheTokenizerOfWhatTheyStartFrom) {
  const std::string model = copied(final_folder(), runs() / "no_tokenizer");
  for (const char* file : {"vocab.txt", "spiece.model", "tokenizer.json"}) std::filesystem::remove(model + "/" + file);
  const TinyRuns::Arguments start = {"--set", "model=" + dump_json_line({{"init_from", model}, {"type", GetParam()}})};
  expect_exit(runs().train("without", start), 66, {"has no tokenizer", "data.vocabulary"});
}

TEST_P(ClassificationRuns, RefuseWeightsThatAreNotFinite) {
  const std::string model = copied(final_folder(), runs() / "broken");
  const uint32_t nan = 0x7fc00000;
  {
    std::fstream file(model + "/model.safetensors", std::ios::in | std::ios::out | std::ios::binary);
    file.seekp(-4, std::ios::end);
    file.write(reinterpret_cast<const char*>(&nan), sizeof nan);
  }
  expect_exit(reprise({"predict", model, "moon"}), 65, {"model.safetensors", "aren't finite"});
}

// A model of Transformers doesn't say that it takes pairs.
TEST_P(ClassificationRuns, IsAskedWithPairsIfTold) {
  EXPECT_EQ(reprise({"predict", final_folder(), "--pairs", "moon\triver"}).code, 0);
  EXPECT_NE(reprise({"predict", final_folder(), "--pairs", "moon"}).err.find("a tab between"), std::string::npos);
  expect_exit(reprise({"predict", final_folder(), "--pairs", "--input", runs() / "test.csv", "--column", "text"}), 2,
              {"--pair-column"});
}

}  // namespace
}  // namespace reprise
