#include "tools/commands/trace.h"

#include <CLI/CLI.hpp>

#include "core/safetensors.h"
#include "layers/models/encoder.h"
#include "tools/trainer/run_config.h"
#include "tools/trainer/session.h"
#include "tools/trainer/tasks/tokens_of.h"

namespace reprise {

namespace {

// x [tokens, width] of a ragged batch -> [sequences, length, width], zeros at padding
Tensor padded(const Tensor& x, const Tensor& offsets, int64_t length) {
  const auto offset = offsets.values<int32_t>();
  const int64_t sequences = offsets.numel() - 1;
  Tensor y = Tensor::zeros({sequences, length, x.size(1)});
  for (int64_t s = 0; s < sequences; ++s) {
    const Tensor sequence = y.slice(s, s + 1).view({length, x.size(1)});
    sequence.slice(0, offset[s + 1] - offset[s]).copy_from(x.slice(offset[s], offset[s + 1]));
  }
  return y;
}

// Outputs of the task's encoder, and of its heads, on the first batch.
void trace_outputs(const Session& session, const Encoder& encoder, const TokenBatch& batch,
                   std::vector<NamedTensor>& traced) {
  const auto of_tokens = [&](const Variable& x) {
    return padded(x.value(), batch.offsets, batch.padded_length);
  };
  std::vector<Variable> hidden;
  const Context plain = session.context(nullptr, 0);
  const Variable x = encoder.encode(plain, tokens_of(batch), &hidden);
  for (size_t i = 0; i < hidden.size(); ++i) {
    traced.push_back({fmt::format("hidden.{}", i), of_tokens(hidden[i])});
  }
  const Variable pooled = encoder.pool(plain, x, batch.offsets);
  traced.push_back({"pooled", pooled.value()});
  for (const HeadOutput& head : session.task().heads(plain, x, pooled, batch)) {
    traced.push_back({head.name, head.of_tokens ? of_tokens(head.logits) : head.logits.value()});
  }
}

}  // namespace

void trace(const TraceOptions& options) {
  Session session(load_run_config(options.config, options.overrides));
  const Batch first = session.micro_batch(0);
  const Task& task = session.task();
  std::vector<NamedTensor> traced;
  if (const Encoder* encoder = task.encoder()) {
    trace_outputs(session, *encoder, std::get<TokenBatch>(first), traced);
  }
  Tape tape;
  Carried carried = task.initial_state();
  const TaskLoss loss = task.loss(session.context(&tape, 0), first, totals({first}), carried);
  tape.backward(loss.total);
  for (const NamedPart& part : named_parts(session.parameters())) {
    if (part.gradient.defined()) traced.push_back({"grad." + part.name, part.gradient});
  }
  write_safetensors(options.output, traced);
}

void add_trace(CLI::App& app, TraceOptions& options) {
  CLI::App* command = app.add_subcommand(
      "trace", "Write gradients, and of an encoder hidden states and logits, of a run's first batch");
  command->add_option("--config", options.config, "a recipe: a file, or a name from configs/")
      ->required();
  command->add_option("--set", options.overrides, "change a setting: path=value; may be repeated")
      ->type_name("PATH=VALUE")
      ->allow_extra_args(false);
  command->add_option("--output", options.output, "the safetensors file to write")->required();
}

}  // namespace reprise
