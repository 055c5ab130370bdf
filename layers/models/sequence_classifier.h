// SequenceClassifier: an encoder with a linear layer on its pooled output, numerically Hugging Face's
// BertForSequenceClassification and AlbertForSequenceClassification.
//
// B sequences, H the encoder's width.
#pragma once

#include "layers/linear.h"
#include "layers/models/encoder.h"

namespace reprise {

class SequenceClassifier {
 public:
  // The name of the layer, as Hugging Face has it.
  static constexpr const char* kHead = "classifier";

  SequenceClassifier(const EncoderConfig& config, int64_t outputs);

  // tokens of B sequences, places [B] i32 for dropout -> [B, outputs]
  Variable forward(const Context& context, const Tokens& tokens, const Tensor& places) const;

  // The second half of it: pooled [B, H] -> [B, outputs]
  Variable classify(const Context& context, const Variable& pooled, const Tensor& places) const;

  // The Parameters that forward() uses, under Hugging Face's names.
  void collect(Collector& collector) const;

  const Encoder& encoder() const { return encoder_; }

 private:
  Encoder encoder_;
  Linear head_;
};

}  // namespace reprise
