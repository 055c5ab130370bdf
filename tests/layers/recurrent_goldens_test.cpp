// The same numbers as PyTorch: small recurrent language models, tied and untied, trained with the state
// carried from batch to batch. The cases are made by another program and are not part of the sources;
// REPRISE_SHARED names the folder whose subfolder goldens has them. Each case is a folder:
//   facts.json          sizes, optimizer, clip_norm     model.safetensors      the model at the start
//   batches.safetensors input_ids, labels [steps, batch, time]
//   trajectory.json     losses, norms                   gradients.safetensors  clipped, of the first batch
//   final.safetensors   the model at the end
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>

#include "core/json.h"
#include "core/safetensors.h"
#include "layers/models/recurrent_model.h"
#include "optim/clip.h"
#include "optim/registry.h"

namespace reprise {
namespace {

namespace fs = std::filesystem;

fs::path goldens() {
  const char* shared = std::getenv("REPRISE_SHARED");
  const fs::path folder = shared ? shared : fs::path(REPRISE_SOURCE_DIR) / ".." / "shared";
  return fs::weakly_canonical(folder / "goldens");
}

Json json_of(const fs::path& path) { return read_json(path).value(); }

RecurrentConfig config_of(const Json& facts) {
  RecurrentConfig config;
  config.vocab_size = facts["vocab"];
  config.hidden_size = facts["width"];
  config.num_layers = facts["layers"];
  config.tie_word_embeddings = facts["tied"];
  return config;
}

// Batch number `step` of [steps, batch, time], time first.
Tensor batch_of(const SafetensorsFile& file, const char* name, int64_t step) {
  const Tensor rows = file.load_rows(name, step, step + 1, DType::i32);
  const int64_t batch = rows.size(1), time = rows.size(2);
  Tensor columns = Tensor::empty({time, batch}, DType::i32);
  for (int64_t i = 0; i < rows.numel(); ++i) {
    columns.data<int32_t>()[i % time * batch + i / time] = rows.data<int32_t>()[i];
  }
  return columns;
}

double norm_of(const Tensor& a, const Tensor* minus = nullptr, double factor = 1) {
  double sum = 0;
  for (int64_t i = 0; i < a.numel(); ++i) {
    const double x = factor * a.item(i) - (minus ? minus->item(i) : 0);
    sum += x * x;
  }
  return std::sqrt(sum);
}

void expect_same_gradients(const std::vector<NamedPart>& parts, double factor, const fs::path& path) {
  const SafetensorsFile file = SafetensorsFile::open(path);
  ASSERT_EQ(parts.size(), file.names().size());
  for (const NamedPart& part : parts) {
    const Tensor wanted = file.load(part.name);
    EXPECT_LE(norm_of(part.gradient, &wanted, factor), 1e-5 * norm_of(wanted)) << part.name;
  }
}

void expect_same_weights(const std::vector<NamedPart>& parts, const fs::path& path) {
  const SafetensorsFile file = SafetensorsFile::open(path);
  for (const NamedPart& part : parts) {
    const Tensor wanted = file.load(part.name);
    for (int64_t i = 0; i < wanted.numel(); ++i) {
      ASSERT_NEAR(part.value.item(i), wanted.item(i), 1e-5) << part.name << " " << i;
    }
  }
}

void expect_pytorchs_training(const fs::path& folder) {
  const Json facts = json_of(folder / "facts.json"), steps = json_of(folder / "trajectory.json");
  const RecurrentModel model(config_of(facts));
  Collector collector;
  model.collect(collector);
  const std::vector<ParameterPtr>& parameters = collector.parameters();
  const SafetensorsFile start = SafetensorsFile::open(folder / "model.safetensors");
  int64_t count = 0;
  for (const NamedPart& part : named_parts(parameters)) {
    part.value.copy_from(start.load(part.name));
    count += part.value.numel();
  }
  EXPECT_EQ(count, int64_t{facts["parameters"]});
  OptimizerConfig sgd;
  sgd.type = "sgd";
  const auto optimizer = make_optimizer(sgd, parameters);
  const auto batches = SafetensorsFile::open(folder / "batches.safetensors");
  Tape tape;
  LstmState state;
  for (size_t s = 0; s < steps.size(); ++s) {
    tape.reset();
    optimizer->clear_gradients();
    const Context context{.tape = &tape, .training = true};
    const auto step = static_cast<int64_t>(s);
    RecurrentModel::Result result =
        model.forward(context, batch_of(batches, "input_ids", step), state);
    state = result.state;
    const Variable loss = model.loss(context, result.logits, batch_of(batches, "labels", step));
    EXPECT_NEAR(loss.value().item(), double{steps[s]["loss"]}, 1e-5) << "step " << s;
    EXPECT_NEAR(perplexity(loss.value().item()), double{steps[s]["perplexity"]}, 1e-3);
    result.logits = Variable();  // so that their gradient can take their place
    tape.backward(loss);
    const double norm = gradient_norm(parameters), clip = clip_factor(norm, facts["clip_norm"]);
    EXPECT_NEAR(norm, double{steps[s]["gradient_norm"]}, 1e-5 * norm) << "step " << s;
    if (s == 0) expect_same_gradients(named_parts(parameters), clip, folder / "gradients.safetensors");
    optimizer->step(facts["optimizer"]["lr"], clip);
  }
  expect_same_weights(named_parts(parameters), folder / "final.safetensors");
}

class RecurrentGoldens : public testing::TestWithParam<const char*> {};

TEST_P(RecurrentGoldens, TrainingGivesPyTorchsNumbers) {
  const fs::path folder = goldens() / GetParam();
  if (!fs::exists(folder)) GTEST_SKIP() << "no case in " << folder;
  expect_pytorchs_training(folder);
}

INSTANTIATE_TEST_SUITE_P(Cases, RecurrentGoldens, testing::Values("lstm-tied", "lstm-untied"),
                         [](const auto& test) { return std::string(test.param).substr(5); });

}  // namespace
}  // namespace reprise
