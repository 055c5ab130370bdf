// Networks with convolutions trained by PyTorch: the same losses, gradients and weights. The cases are
// made by another program and are not part of the sources; REPRISE_SHARED names the folder whose
// subfolder goldens has them (otherwise: shared, beside the project). Each is a folder:
//   model.safetensors  the start    batches.safetensors  images [steps, n, ..], labels [steps, n]
//   trajectory.json  losses    gradients.safetensors  of the first batch    final.safetensors  the end
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <filesystem>

#include "autograd/ops.h"
#include "core/safetensors.h"
#include "layers/models/sequential.h"
#include "optim/registry.h"

namespace reprise {
namespace {

namespace fs = std::filesystem;

fs::path goldens() {
  const char* shared = std::getenv("REPRISE_SHARED");
  const fs::path folder = shared ? shared : fs::path(REPRISE_SOURCE_DIR) / ".." / "shared";
  return fs::weakly_canonical(folder / "goldens");
}

ConfigSource lenet5() {
  return load_config(fs::path(REPRISE_SOURCE_DIR) / "tests/layers/recipes/lenet5.json");
}

ConfigSource strided_conv() {
  return parse_config(R"({"type": "sequential", "input": [3, 16, 16], "layers": [
    {"type": "conv2d", "name": "conv1", "channels": 8, "kernel": 3, "stride": 2, "padding": 1},
    {"type": "relu"},
    {"type": "conv2d", "name": "conv2", "channels": 12, "kernel": 3, "padding": 1, "bias": "none"},
    {"type": "relu"}, {"type": "max_pool2d", "kernel": 2}, {"type": "flatten"},
    {"type": "linear", "name": "fc", "features": 5}]})", "strided_conv.json");
}

double norm_of(const Tensor& t) {
  double squares = 0;
  for (const real value : t.values()) squares += double{value} * value;
  return std::sqrt(squares);
}

double distance(const Tensor& a, const Tensor& b) {
  double squares = 0;
  for (int64_t i = 0; i < b.numel(); ++i) squares += std::pow(a.item(i) - b.item(i), 2);
  return std::sqrt(squares);
}

// A model at a case's start, with PyTorch's optimizer.
class TrainingRun {
 public:
  TrainingRun(const ConfigSource& model, const fs::path& folder)
      : folder_(folder), model_(bind<SequentialConfig>(model)) {
    model_.collect(collector_);
    const SafetensorsFile start = open("model");
    EXPECT_EQ(start.names().size(), collector_.parameters().size());
    for (const ParameterPtr& parameter : collector_.parameters()) {
      parameter->value().copy_from(start.load(parameter->name()));
      parameter->touch();
    }
    OptimizerConfig config;
    config.type = "sgd";
    config.momentum = 0.9;
    optimizer_ = make_optimizer(config, collector_.parameters());
  }

  // The loss; gradients are left in the Parameters.
  double backward(int64_t step) {
    const SafetensorsFile batches = open("batches");
    const Tensor images = batches.load_rows("images", step, step + 1);
    const Tensor labels = batches.load_rows("labels", step, step + 1, DType::i32);
    const int64_t n = labels.numel();
    const Variable x(images.view({n, images.size(2), images.size(3), images.size(4)}));
    Tape tape;
    const Variable loss = cross_entropy(model_.forward({.tape = &tape, .training = true}, x),
                                        labels.view({n}), 1 / static_cast<double>(n));
    optimizer_->clear_gradients();
    tape.backward(loss);
    return loss.value().item();
  }
  void update() { optimizer_->step(0.05); }

  SafetensorsFile open(const std::string& name) const {
    return SafetensorsFile::open((folder_ / (name + ".safetensors")).string());
  }
  const std::vector<ParameterPtr>& parameters() const { return collector_.parameters(); }

 private:
  fs::path folder_;
  Sequential model_;
  Collector collector_;
  std::unique_ptr<Optimizer> optimizer_;
};

struct Case {
  const char* name;
  ConfigSource (*model)();
};

class SharedWeightGoldens : public testing::TestWithParam<Case> {};

TEST_P(SharedWeightGoldens, TrainingGivesPyTorchsNumbers) {
  const fs::path folder = goldens() / GetParam().name;
  if (!fs::exists(folder)) GTEST_SKIP() << "no " << folder;
  TrainingRun run(GetParam().model(), folder);
  const Json trajectory = read_json((folder / "trajectory.json").string()).value();
  ASSERT_EQ(trajectory.size(), 10u);
  for (int64_t step = 0; step < 10; ++step) {
    EXPECT_NEAR(run.backward(step), trajectory[step]["loss"].get<double>(), 1e-5) << "step " << step;
    for (const ParameterPtr& parameter : run.parameters()) {
      if (step > 0) continue;
      const Tensor wanted = run.open("gradients").load(parameter->name());
      EXPECT_LE(distance(parameter->gradient(), wanted), 1e-5 * norm_of(wanted)) << parameter->name();
    }
    run.update();
  }
  for (const ParameterPtr& parameter : run.parameters()) {
    const Tensor wanted = run.open("final").load(parameter->name());
    for (int64_t i = 0; i < wanted.numel(); ++i) {
      ASSERT_NEAR(parameter->value().item(i), wanted.item(i), 1e-5) << parameter->name() << " " << i;
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Cases, SharedWeightGoldens,
                         testing::Values(Case{"lenet5-sgd", lenet5},
                                         Case{"strided-conv-sgd", strided_conv}),
                         [](const auto& test) {
                           std::string name = test.param.name;
                           std::replace(name.begin(), name.end(), '-', '_');
                           return name;
                         });

}  // namespace
}  // namespace reprise
