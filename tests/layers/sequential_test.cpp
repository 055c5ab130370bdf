#include "layers/models/sequential.h"

#include <gtest/gtest.h>

#include "tests/autograd/testing.h"

namespace reprise {
namespace {

using testing::message_of;
using testing::pattern;

SequentialConfig read(const std::string& text) {
  return bind<SequentialConfig>(parse_config(text, "m.json"));
}

std::string problems_of(const std::string& text) {
  return message_of<ConfigError>([&] { read(text); });
}

std::vector<std::string> names_of(const Sequential& model) {
  Collector collector;
  model.collect(collector);
  std::vector<std::string> names;
  for (const ParameterPtr& parameter : collector.parameters()) names.push_back(parameter->name());
  return names;
}

constexpr const char* kSmall = R"({"type": "sequential", "input": [1, 6, 6], "layers": [
  {"type": "conv2d", "channels": 2, "kernel": [3, 2], "padding": [1, 0]}, {"type": "relu"},
  {"type": "max_pool2d", "kernel": 2, "stride": 1}, {"type": "flatten"},
  {"type": "dropout", "p": 0.25}, {"type": "linear", "name": "output", "features": 3}]})";

TEST(Sequential, InfersShapesAndNamesLayersAsPyTorch) {
  const Sequential model(read(kSmall));
  const std::vector<SequentialConfig::Step> steps = model.config().steps();
  EXPECT_EQ(steps[0].output, (Shape{2, 6, 5}));
  EXPECT_EQ(steps[2].output, (Shape{2, 5, 4}));
  EXPECT_EQ(model.output_shape({1, 6, 6}), Shape{3});
  EXPECT_EQ(names_of(model), (std::vector<std::string>{"0.weight", "0.bias", "output.weight",
                                                       "output.bias"}));
  EXPECT_EQ(model.forward({}, Variable(pattern({4, 1, 6, 6}))).shape(), (Shape{4, 3}));
  EXPECT_EQ(steps[0].cost.connections.value(), 2 * 30 * 7);
  EXPECT_EQ(steps[2].cost.connections.value(), 2 * 20 * 4);
  EXPECT_EQ(steps[5].cost.connections.value(), 3 * 41);
}

TEST(Sequential, RefusesOtherBatches) {
  const Sequential model(read(kSmall));
  for (const Shape& shape : {Shape{4, 36}, Shape{1, 6, 6}, Shape{4, 1, 6, 7}, Shape{}}) {
    const Variable x(Tensor::zeros(shape));
    EXPECT_EQ(message_of<ShapeError>([&] { model.forward({}, x); }),
              fmt::format("sequential: made for samples of [1, 6, 6], the batch is {}", shape));
  }
}

TEST(Sequential, StandsInAnother) {
  Collector collector;
  Sequential(read(kSmall)).collect(collector, "inner");
  EXPECT_EQ(collector.parameters()[0]->name(), "inner.0.weight");
}

TEST(Sequential, DropsByLayerAndPlaceInTraining) {
  const Sequential model(read(kSmall));
  Collector collector;
  model.collect(collector);
  initialize(collector, model.config().initialization(), RandomKey(2));
  const Variable x(pattern({4, 1, 6, 6}));
  const Context training{.training = true, .random = RandomKey(3)};
  const Tensor once = model.forward(training, x).value();
  EXPECT_TRUE(testing::same_bits(once, model.forward(training, x).value()));
  EXPECT_FALSE(testing::same_bits(once, model.forward({}, x).value()));
}

// ---- configurations

TEST(SequentialConfig, ShowsAllMistakesAtOnce) {
  EXPECT_EQ(problems_of(R"({"type": "sequential", "input": [1, 8, 8], "layers": [
  {"type": "conv2d", "chanels": 2, "kernel": [3, 0]},
  {"type": "conv", "channels": 2},
  {"type": "linear", "features": 0, "kernel": 3}, {"type": "dropout", "p": 1, "name": "a.b"}]})"),
            "m.json:2:3: layers.0.channels: is required and wasn't given\n"
            "m.json:2:22: layers.0.chanels: unknown key; did you mean \"channels\"?\n"
            "m.json:2:50: layers.0.kernel.1: must be between 1 and 16777216, is 0\n"
            "m.json:3:12: layers.1.type: the string \"conv\" isn't known here; did you mean \"conv2d\"?\n"
            "m.json:4:34: layers.2.features: must be between 1 and 16777216, is 0\n"
            "m.json:4:37: layers.2.kernel: unknown key; it is used only when type is \"conv2d\" or "
            "\"avg_pool2d\" or \"max_pool2d\" or \"subsampling\"\n"
            "m.json:4:76: layers.3.p: must be below 1, is 1");
}

// What a layer says of itself, and then what its place among the others says.
TEST(SequentialConfig, FindsLayersThatDoNotFit) {
  const auto with = [](const std::string& layers) {
    return problems_of(R"({"type": "sequential", "input": [3, 8, 8], "layers": [)" + layers + "]}");
  };
  EXPECT_EQ(with(R"({"type": "linear", "features": 2})"),
            "m.json:1:55: layers.0: linear: its input is [features], this one is [3, 8, 8]; put a "
            "flatten layer before it");
  EXPECT_EQ(with(R"({"type": "relu"}, {"type": "conv2d", "channels": 2, "kernel": 9})"),
            "m.json:1:73: layers.1: conv2d: a kernel of 9 x 9 is larger than an image of 8 x 8 with "
            "a padding of 0 x 0");
  EXPECT_EQ(with(R"({"type": "flatten"}, {"type": "max_pool2d", "kernel": 2})"),
            "m.json:1:76: layers.1: max_pool2d: its input is [maps, height, width], this one is "
            "[192]");
  EXPECT_EQ(with(R"({"type": "relu", "name": "1"}, {"type": "tanh"})"),
            "m.json:1:86: layers.1.name: two layers are called \"1\"");
  EXPECT_EQ(with(R"({"type": "relu", "name": ""})"),
            "m.json:1:80: layers.0.name: is a word without dots");
  EXPECT_EQ(with(R"({"type": "conv2d", "channels": 4, "kernel": 3, "groups": 3})"),
            "m.json:1:112: layers.0.groups: 3 groups don't divide 4 channels");
  EXPECT_EQ(with(R"({"type": "conv2d", "channels": 4, "kernel": 3, "groups": 2})"),
            "m.json:1:55: layers.0: conv2d: 2 groups don't divide the maps of the input [3, 8, 8] and "
            "of the 4 outputs");
  EXPECT_EQ(with(R"({"type": "conv2d", "channels": 1, "kernel": 3, "connections": [[0, 5]]})"),
            "m.json:1:55: layers.0: connections: output map 0 sees the input map 5, of 3 from 0 on");
  EXPECT_EQ(with(R"({"type": "conv2d", "channels": 2, "kernel": 3, "connections": [[0], []]})"),
            "m.json:1:123: layers.0.connections.1: must have at least 1 element, has 0");
  EXPECT_EQ(with(R"({"type": "conv2d", "channels": 2, "kernel": 3, "connections": "half"})"),
            "m.json:1:117: layers.0.connections: the string \"half\" isn't known here; expected \"full\"");
  EXPECT_EQ(with(R"({"type": "rbf_output"})"),
            "m.json:1:55: layers.0: rbf_output: its input is [84], the size of a digit's code; this "
            "one is [3, 8, 8]");
  EXPECT_EQ(with(""), "m.json:1:54: layers: must have 1 to 10000 elements, has 0");
}

TEST(SequentialConfig, InputHasOneOrThreeSizes) {
  const auto of = [](const std::string& input) {
    return problems_of(R"({"input": )" + input + R"(, "layers": [{"type": "flatten"}]})");
  };
  EXPECT_EQ(of("[28, 28]"),
            "m.json:1:11: input: is [channels, height, width] or [features], not two numbers");
  EXPECT_EQ(of("[1, 2, 3, 4]"), "m.json:1:11: input: must have 1 to 3 elements, has 4");
  EXPECT_EQ(of("[0]"), "m.json:1:12: input.0: must be between 1 and 16777216, is 0");
  EXPECT_EQ(of("[7]"), "");
}

// Sizes that no memory holds are mistakes or come to nothing; none may crash or overflow.
TEST(SequentialConfig, SurvivesAbsurdSizes) {
  EXPECT_NE(problems_of(R"({"input": [16777216, 16777216, 16777216],
                            "layers": [{"type": "flatten"}]})"), "");
  const std::string problems = problems_of(
      R"({"input": [16777216, 1000, 1000], "locally_connected": true,
          "layers": [{"type": "conv2d", "channels": 16777216, "kernel": 900}]})");
  EXPECT_NE(problems.find("layers.0"), std::string::npos) << problems;
  EXPECT_NE(problems.find("more than can be counted"), std::string::npos) << problems;
}

TEST(SequentialConfig, DumpsToWhatReadsTheSame) {
  const std::string once = dump_json(dump(read(kSmall)));
  EXPECT_EQ(dump_json(dump(read(once))), once);
  const std::string table = R"({"input": [3, 4, 4], "initializer": "normal", "layers": [
    {"type": "conv2d", "channels": 2, "kernel": 2, "connections": [[0, 1], [2]], "shared": false}]})";
  const std::string dumped = dump_json(dump(read(table)));
  EXPECT_EQ(dump_json(dump(read(dumped))), dumped);
  EXPECT_EQ(read(table).steps()[0].cost.parameters.value(),
            read(dumped).steps()[0].cost.parameters.value());
}

TEST(SequentialConfig, IsDescribed) {
  const FieldDescription config = describe<SequentialConfig>();
  const std::string kernel = explain(config, "layers.0.kernel");
  EXPECT_NE(kernel.find("integer or list of integers"), std::string::npos) << kernel;
  EXPECT_NE(kernel.find("when type is \"conv2d\" or \"avg_pool2d\""), std::string::npos) << kernel;
  const Json layer = schema(config)["properties"]["layers"]["items"]["properties"];
  for (const char* key : {"channels", "connections", "shared", "bias", "features", "p"}) {
    EXPECT_TRUE(layer.contains(key)) << key;
  }
}

}  // namespace
}  // namespace reprise
