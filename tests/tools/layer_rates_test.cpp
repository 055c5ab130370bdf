#include "tools/trainer/layer_rates.h"

#include <gtest/gtest.h>

#include <cmath>

#include "tests/tools/small_models.h"

namespace reprise {
namespace {

TEST(LayerRates, FallFromTheHeadToTheEmbeddings) {
  const auto rate = layer_rates(small_bert(), 0.5);  // 4 layers
  EXPECT_EQ(rate("classifier.weight"), 1);
  EXPECT_EQ(rate("bert.pooler.dense.bias"), 1);
  EXPECT_EQ(rate("bert.encoder.layer.3.output.dense.weight"), 0.5);
  EXPECT_EQ(rate("bert.encoder.layer.0.attention.self.query.bias"), 0.0625);
  EXPECT_EQ(rate("bert.encoder.layer.0.output.LayerNorm.weight"), 0.0625);
  EXPECT_EQ(rate("bert.embeddings.word_embeddings.weight"), 0.03125);
  EXPECT_EQ(rate("bert.embeddings.LayerNorm.bias"), 0.03125);
}

TEST(LayerRates, AreThoseOfTheMeanDepthWhereLayersShare) {
  const auto rate = layer_rates(small_albert(), 0.5);
  EXPECT_DOUBLE_EQ(rate("albert.encoder.albert_layer_groups.0.albert_layers.0.ffn.weight"), std::pow(0.5, 2.5));
  EXPECT_EQ(rate("albert.encoder.embedding_hidden_mapping_in.weight"), 0.03125);
  EXPECT_EQ(rate("albert.pooler.weight"), 1);
}

TEST(LayerRates, KnowEveryPartOfAModel) {
  for (const EncoderConfig& config : {small_bert(), small_albert()}) {
    const SmallModel model(config);
    const auto rate = layer_rates(config, 0.5);
    for (const NamedPart& part : named_parts(model.parameters)) {
      const bool top = part.name.find("encoder.") == part.name.npos && part.name.find("embeddings") == part.name.npos;
      EXPECT_EQ(rate(part.name) == 1, top) << part.name;
    }
  }
}

}  // namespace
}  // namespace reprise
