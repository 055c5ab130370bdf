// reprise trace: what the first batch of a run comes to, tensor by tensor, for comparing with other programs.
#pragma once

#include <string>
#include <vector>

namespace CLI {
class App;
}

namespace reprise {

struct TraceOptions {
  std::string config;
  std::vector<std::string> overrides;
  std::string output;
};

// Writes a safetensors file:
//   grad.<name in model.safetensors>  of the batch's total loss
// and of an encoder, with B sequences, S the batch's padded length, zeros at padding:
//   hidden.0 … hidden.L [B, S, H]   after the embeddings and after each application of a layer
//   pooled [B, H]
// of one in pretraining prediction_logits [B, S, V] and, with sentence labels, sentence_logits [B, 2]; of a
// classifier class_logits [B, outputs], whatever its labels are.
// Everything is computed as in step 0 of training, so with its dropout.
void trace(const TraceOptions& options);

// Adds the command to the program.
void add_trace(CLI::App& app, TraceOptions& options);

}  // namespace reprise
