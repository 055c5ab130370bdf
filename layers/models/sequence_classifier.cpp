#include "layers/models/sequence_classifier.h"

#include "layers/dropout.h"

namespace reprise {

namespace {

constexpr uint64_t kHeadPlace = 64;  // of the context, beyond those of the encoder

}  // namespace

SequenceClassifier::SequenceClassifier(const EncoderConfig& config, int64_t outputs)
    : encoder_(config), head_(config.hidden_size, outputs) {}

Variable SequenceClassifier::forward(const Context& context, const Tokens& tokens,
                                     const Tensor& places) const {
  const Variable x = encoder_.encode(context, tokens);
  return classify(context, encoder_.pool(context, x, tokens.offsets), places);
}

Variable SequenceClassifier::classify(const Context& context, const Variable& pooled,
                                      const Tensor& places) const {
  const Dropout before(encoder_.config().classifier_dropout());
  return head_.forward(context, before.forward(context.at(kHeadPlace), pooled, places));
}

void SequenceClassifier::collect(Collector& collector) const {
  encoder_.collect_pooled(collector);
  head_.collect(collector, kHead);
}

}  // namespace reprise
