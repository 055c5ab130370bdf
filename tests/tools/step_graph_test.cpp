#include "tools/commands/step_graph.h"

#include <gtest/gtest.h>

#include <filesystem>

#include "autograd/ops.h"
#include "core/error.h"
#include "tests/tools/small_models.h"
#include "tests/tools/temporary_folder.h"
#include "tools/commands/graph.h"

namespace reprise {
namespace {

// x W W + b, with W bound twice.
struct Step {
  Step() {
    weight->parts()[0].name = "layer.<weight> & \"more\"";
    weight->parts()[0].aliases = {"decoder.weight"};
    bias->parts()[0].name = "layer.bias";
    const Variable x(Tensor::zeros({2, 3}));
    const Variable first = linear(x, tape.bind(weight));
    const Variable y = linear(first, tape.bind(weight));
    add(tanh(y), tape.bind(bias));
  }
  ParameterPtr weight = std::make_shared<Parameter>(Shape{3, 3});
  ParameterPtr bias = std::make_shared<Parameter>(Shape{3});
  Tape tape;
};

size_t count(const std::string& text, const std::string& part) {
  size_t n = 0;
  for (size_t at = text.find(part); at != std::string::npos; at = text.find(part, at + 1)) ++n;
  return n;
}

TEST(StepGraph, HasEachParameterOnceWithItsUses) {
  const Step step;
  const StepGraph graph = read_graph(step.tape);
  ASSERT_EQ(graph.ops.size(), 4u);
  EXPECT_EQ(graph.ops[0].name, "linear");
  EXPECT_EQ(graph.ops[1].inputs, std::vector<int>{0});
  ASSERT_EQ(graph.weights.size(), 2u);
  const std::vector<StepGraph::Use>& uses = graph.weights[0].uses;
  ASSERT_EQ(uses.size(), 2u);
  EXPECT_EQ(uses[0].op, 0);
  EXPECT_EQ(uses[0].number, 0);
  EXPECT_EQ(uses[0].arrival, 2);  // the first use is the last to contribute
  EXPECT_EQ(uses[1].op, 1);
  EXPECT_EQ(uses[1].arrival, 1);
}

TEST(StepGraph, PartsAreNamedByTheWordInWhichTheyDiffer) {
  Tape tape;
  const auto qkv = std::make_shared<Parameter>(Shape{6, 2}, 3);
  for (int i = 0; i < 3; ++i) {
    qkv->parts()[i].name = std::string("a.") + (const char*[]){"query", "key", "value"}[i] + ".weight";
  }
  linear(Variable(Tensor::zeros({1, 2})), tape.bind(qkv));
  EXPECT_EQ(read_graph(tape).weights[0].name, "a.query.weight, key, value");
}

TEST(StepGraph, ANeighbourhoodIsWhatTouchesTheParameter) {
  const Step step;
  const StepGraph near = around(read_graph(step.tape), step.tape, "layer.bias");
  ASSERT_EQ(near.ops.size(), 2u);
  EXPECT_EQ(near.ops[0].name, "tanh");
  EXPECT_EQ(near.ops[1].name, "add");
  EXPECT_EQ(near.ops[1].inputs, std::vector<int>{0});
  EXPECT_EQ(near.weights.size(), 1u);
  EXPECT_EQ(around(read_graph(step.tape), step.tape, "decoder.weight").weights.size(), 1u);
  expect_thrown([&] { around(read_graph(step.tape), step.tape, "layer.bais"); }, 2,
                {"no parameter layer.bais", "layer.bias"});
  expect_thrown([&] { around(read_graph(step.tape), step.tape, "bais"); }, 2, {"did you mean \"layer.bias\""});
}

TEST(StepGraph, EscapesWhatItWrites) {
  const Step step;
  const std::string text = dot(read_graph(step.tape));
  EXPECT_NE(text.find("layer.<weight> & \\\"more\\\""), std::string::npos) << text;
  EXPECT_EQ(count(text, "  p0 -> op"), 2u);
  const std::string picture = svg(read_graph(step.tape), "<title>");
  EXPECT_NE(picture.find("layer.&lt;weight&gt; &amp; &quot;more&quot;"), std::string::npos);
  EXPECT_NE(picture.find("&lt;title&gt;"), std::string::npos);
  EXPECT_EQ(count(picture, "rx=\"4\""), 6u);
  EXPECT_EQ(count(picture, "http"), 1u) << "only the name space";
}

TEST(Graph, DrawsAnAlbertWithEveryUse) {
  const TemporaryFolder folder;
  const std::string said = graph({.config = "albert_small", .output = folder / "step.svg"});
  EXPECT_NE(said.find("ops and "), std::string::npos) << said;
  const std::string picture = read_file(folder / "step.svg");
  EXPECT_NE(picture.find("attention.query.weight, key, value [768, 256]  used 6 times"),
            std::string::npos);
  const std::string text =
      graph({.config = "albert_small", .around = "predictions.decoder.weight"});  // the tied table
  EXPECT_NE(text.find("word_embeddings.weight [8000, 128] x2"), std::string::npos) << text;
  expect_thrown([&] { graph({.config = "albert_small", .output = folder / "step.png"}); }, 2,
                {"step.png", ".svg or .dot"});
}

// The step that train makes: one head, on the pooled output, with as many outputs as there are labels.
TEST(Graph, DrawsAClassifiersOwnStep) {
  const TemporaryFolder folder;
  const auto drawn = [&](const std::vector<std::string>& overrides, const std::string& head, const char* loss) {
    std::vector<std::string> all = {"data.train=" + (folder / "train.csv"), "data.test=null"};
    all.insert(all.end(), overrides.begin(), overrides.end());
    const std::string text = graph({.config = "tickets", .overrides = all});
    EXPECT_NE(text.find("classifier.weight [" + head + ", 256]"), std::string::npos) << text;
    EXPECT_EQ(count(text, "cross_entropy"), std::string(loss).ends_with("cross_entropy") ? 1u : 0u) << text;
    EXPECT_NE(text.find(std::string("label=\"") + loss), std::string::npos) << text;
    EXPECT_EQ(text.find("predictions."), std::string::npos) << text;
    EXPECT_EQ(text.find("sop_classifier"), std::string::npos) << text;
  };
  drawn({}, "2", "cross_entropy");  // no texts are there: two labels stand in
  drawn({"data.labels=[\"a\", \"b\", \"c\", \"d\"]"}, "4", "cross_entropy");
  folder.write("train.csv", "text,category\nmoon,a\nriver,b\nstone,c;b\n");
  drawn({}, "3", "cross_entropy");
  drawn({"task=multi_label"}, "3", "binary_cross_entropy");
  drawn({"task=regression"}, "1", "squared_error");
}

}  // namespace
}  // namespace reprise
