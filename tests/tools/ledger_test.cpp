#include "tools/trainer/ledger.h"

#include <gtest/gtest.h>

#include <map>

#include "layers/models/encoder.h"
#include "layers/sharing_strategies.h"
#include "tests/tools/read_recipe.h"

namespace reprise {
namespace {

Ledger ledger_of(const std::string& recipe, const std::vector<std::string>& overrides = {}) {
  return make_ledger(read_recipe(recipe, overrides).model.encoder);
}

// The numbers of parameters here are those of Hugging Face Transformers 5.23 (BertForPreTraining,
// AlbertForPreTraining and their base models), counted with torch 2.13, each shared tensor once.

struct Known {
  const char* recipe;
  int64_t pretraining;
  int64_t base_model;
};

TEST(Ledger, CountsGooglesModels) {
  constexpr Known kModels[] = {
      {"bert_tiny", 4'433'468, 4'385'920},         {"bert_mini", 11'267'900, 11'170'560},
      {"bert_google_small", 29'058'876, 28'763'648}, {"bert_medium", 41'668'412, 41'373'184},
      {"bert_base", 110'106'428, 109'482'240},     {"bert_large", 336'226'108, 335'141'888},
      {"albert_base", 11'813'810, 11'683'584},     {"albert_large", 17'847'474, 17'683'968},
      {"albert_xlarge", 59'021'490, 58'724'864},   {"albert_xxlarge", 223'158'450, 222'595'584},
  };
  for (const Known& model : kModels) {
    const Ledger ledger = ledger_of(model.recipe);
    EXPECT_EQ(ledger.stored(), model.pretraining) << model.recipe;
    EXPECT_EQ(ledger.base_model(), model.base_model) << model.recipe;
  }
}

TEST(Ledger, CountsOtherVocabularies) {
  EXPECT_EQ(ledger_of("bert_base", {"model.vocab_size=28996"}).stored(), 108'932'934);
  EXPECT_EQ(ledger_of("bert_base", {"model.vocab_size=28996"}).base_model(), 108'310'272);
  EXPECT_EQ(ledger_of("bert_base", {"model.vocab_size=30000"}).stored(), 109'705'010);
  EXPECT_EQ(ledger_of("bert_base", {"model.vocab_size=30000"}).base_model(), 109'081'344);
  EXPECT_EQ(ledger_of("bert_large", {"model.vocab_size=30000"}).stored(), 335'691'058);
  EXPECT_EQ(ledger_of("bert_large", {"model.vocab_size=30000"}).base_model(), 334'607'360);
}

TEST(Ledger, CountsTheComponentsOfBertBase) {
  const Ledger ledger = ledger_of("bert_base");
  EXPECT_EQ(ledger.entry("word_embeddings").stored(), 23'440'896);
  EXPECT_EQ(ledger.entry("attention").size, 2'362'368);
  EXPECT_EQ(ledger.entry("attention").stored(), 12 * 2'362'368);
  EXPECT_EQ(ledger.entry("attention_norm").size, 1'536);
  EXPECT_EQ(ledger.entry("feed_forward").size, 4'722'432);
  EXPECT_EQ(ledger.entry("feed_forward_norm").size, 1'536);
  EXPECT_EQ(ledger.entry("pooler").stored(), 590'592);
  EXPECT_EQ(ledger.entry("prediction_dense").stored() + ledger.entry("prediction_norm").stored(),
            592'128);
  EXPECT_EQ(ledger.entry("decoder_bias").stored(), 30'522);
  EXPECT_EQ(ledger.entry("sentence_head").stored(), 1'538);
  EXPECT_THROW(ledger.entry("embedding_projection"), UsageError);
  EXPECT_EQ(ledger_of("albert_base").entry("embedding_projection").stored(), 99'072);
}

TEST(Ledger, CountsEveryUseAsIfItHadItsOwnCopy) {
  EXPECT_EQ(ledger_of("albert_base").unshared(), 93'620'402);
  EXPECT_EQ(ledger_of("albert_base").entry("attention").uses, 12);
  EXPECT_EQ(ledger_of("albert_base").entry("word_embeddings").uses, 2);
  // BERT shares the word table and nothing else.
  EXPECT_EQ(ledger_of("bert_base").unshared(), 110'106'428 + 23'440'896);
  const Ledger untied = ledger_of("bert_base", {"model.tie_word_embeddings=false"});
  EXPECT_EQ(untied.stored(), 110'106'428 + 23'440'896);
  EXPECT_EQ(untied.unshared(), untied.stored());
  EXPECT_EQ(untied.base_model(), 109'482'240);
}

// Lan et al. 2019, Tables 3 and 4: width of the embeddings and what is shared.
TEST(Ledger, CountsTheModelsOfTheAlbertPaper) {
  struct Row {
    int width;
    const char* sharing;
    int64_t pretraining, base_model;
  };
  constexpr Row kRows[] = {
      {64, "all", 9'762'290, 9'681'408},           {64, "none", 87'728'882, 87'648'000},
      {64, "attention", 0, 61'645'056},            {64, "feed_forward", 0, 35'684'352},
      {128, "all", 11'813'810, 11'683'584},        {128, "attention", 63'777'458, 63'647'232},
      {128, "feed_forward", 37'816'754, 37'686'528}, {128, "none", 89'780'402, 89'650'176},
      {256, "all", 15'916'850, 15'687'936},        {256, "none", 93'883'442, 93'654'528},
      {256, "attention", 0, 67'651'584},           {256, "feed_forward", 0, 41'690'880},
      // As Hugging Face has it, with a projection (590,592) although the widths are equal.
      {768, "all", 31'738'418 + 590'592, 31'705'344},
      {768, "attention", 83'702'066 + 590'592, 83'078'400 + 590'592},
      {768, "feed_forward", 57'741'362 + 590'592, 57'117'696 + 590'592},
      {768, "none", 109'705'010 + 590'592, 109'081'344 + 590'592},
  };
  for (const Row& row : kRows) {
    const Ledger ledger =
        ledger_of("albert_base", {fmt::format("model.embedding_size={}", row.width),
                                  fmt::format("model.sharing={}", row.sharing)});
    EXPECT_EQ(ledger.base_model(), row.base_model) << row.width << " " << row.sharing;
    if (row.pretraining == 0) continue;  // not published
    EXPECT_EQ(ledger.stored(), row.pretraining) << row.width << " " << row.sharing;
  }
}

TEST(Ledger, CountsGroups) {
  const std::map<int, int64_t> known = {{1, 11'683'584}, {2, 18'771'456}, {3, 25'859'328},
                                        {4, 32'947'200}, {6, 47'122'944}, {12, 89'650'176}};
  for (const auto& [groups, count] : known) {
    const Ledger ledger = ledger_of(
        "albert_base",
        {"model.sharing=groups", fmt::format("model.num_hidden_groups={}", groups)});
    EXPECT_EQ(ledger.base_model(), count) << groups;
    EXPECT_EQ(ledger.unshared(), 93'620'402) << groups;
  }
}

// ---- against the model itself

int64_t parameters_of(const EncoderConfig& config) {
  const Encoder encoder(config);
  Collector collector;
  encoder.collect(collector);
  int64_t sum = 0;
  for (const ParameterPtr& parameter : collector.parameters()) sum += parameter->numel();
  return sum;
}

EncoderConfig odd_sizes() {
  EncoderConfig config;
  config.vocab_size = 37;
  config.hidden_size = 12;
  config.num_hidden_layers = 6;
  config.num_attention_heads = 3;
  config.intermediate_size = 17;
  config.max_position_embeddings = 11;
  config.type_vocab_size = 3;
  return config;
}

TEST(Ledger, EqualsTheModelForEveryStrategy) {
  for (const char* type : {"bert", "albert"}) {
    for (const std::string& strategy : strategy_names()) {
      // Strategies that need a number of sets get one that fits; the others refuse it.
      int fitting = 0;
      for (const std::optional<int64_t>& sets : {std::optional<int64_t>(), {3}}) {
        EncoderConfig config = odd_sizes();
        config.type = type;
        if (config.albert()) config.embedding_size = 5;
        config.sharing = SharingConfig{.strategy = strategy, .sets = sets};
        if (strategy == "map") config.sharing->map = {0, 1, 0, 2, 1, 0};
        try {
          config.plan();
        } catch (const ConfigError&) {
          continue;
        }
        ++fitting;
        EXPECT_EQ(make_ledger(config).stored(), parameters_of(config)) << type << " " << strategy;
      }
      EXPECT_GE(fitting, 1) << strategy;
    }
  }
}

TEST(Ledger, EqualsTheModelOfRelaxedSharing) {
  for (const char* type : {"bert", "albert"}) {
    EncoderConfig config = odd_sizes();
    config.type = type;
    config.sharing = SharingConfig{.strategy = "cycle", .sets = 2, .rank = 3};
    EXPECT_EQ(make_ledger(config).stored(), parameters_of(config)) << type;
    const Ledger plain = make_ledger(config);
    config.sharing->per_use = {"norms", "biases"};
    EXPECT_EQ(make_ledger(config).stored(), parameters_of(config)) << type;
    EXPECT_EQ(make_ledger(config).unshared(), plain.unshared()) << type;  // the same without sharing
    config.sharing = SharingConfig{.strategy = "sandwich", .attention = PartSharing{.strategy = "none"},
                                   .rank = 3, .per_use = {"biases"}};
    EXPECT_EQ(make_ledger(config).stored(), parameters_of(config)) << type;
  }
}

TEST(Ledger, EqualsTheModelWithInnerBlocksAndUntied) {
  EncoderConfig config = odd_sizes();
  config.type = "albert";
  config.num_hidden_groups = 2;
  config.inner_group_num = 3;
  EXPECT_EQ(make_ledger(config).stored(), parameters_of(config));
  EXPECT_EQ(make_ledger(config).entry("feed_forward").uses, 18);
  config.tie_word_embeddings = false;
  EXPECT_EQ(make_ledger(config).stored(), parameters_of(config));
}

// ---- work

int64_t encoder_work(const std::string& recipe, int64_t length) {
  const Ledger ledger = make_ledger(read_recipe(recipe).model.encoder, {.length = length});
  return ledger.entry("attention").multiply_adds + ledger.entry("feed_forward").multiply_adds;
}

// L (4 S H² + 2 S H I + 2 S² H)
TEST(Ledger, CountsTheEncodersWork) {
  EXPECT_EQ(encoder_work("bert_base", 128), 11'173'625'856);
  EXPECT_EQ(encoder_work("albert_base", 128), encoder_work("bert_base", 128));
  EXPECT_EQ(encoder_work("albert_base", 512), 48'318'382'080);
  EXPECT_NEAR(static_cast<double>(encoder_work("albert_large", 128)), 39.5e9, 0.05e9);
  EXPECT_NEAR(static_cast<double>(encoder_work("bert_large", 512)), 167.5e9, 0.05e9);
  EXPECT_NEAR(static_cast<double>(encoder_work("albert_xlarge", 128)), 156e9, 0.5e9);
  EXPECT_NEAR(static_cast<double>(encoder_work("albert_xlarge", 512)), 644e9, 0.5e9);
  EXPECT_NEAR(static_cast<double>(encoder_work("albert_xxlarge", 128)), 311e9, 0.5e9);
  EXPECT_NEAR(static_cast<double>(encoder_work("albert_xxlarge", 512)), 1263e9, 0.5e9);
}

TEST(Ledger, CountsTheWordHeadsWorkAtThePredictedTokensOnly) {
  const auto head = [](const std::string& recipe, int64_t predictions) {
    const Ledger ledger =
        make_ledger(read_recipe(recipe).model.encoder, {.predictions = predictions});
    return ledger.entry("word_embeddings").multiply_adds +
           ledger.entry("prediction_dense").multiply_adds;
  };
  EXPECT_EQ(head("bert_base", 1), 24'030'720);
  EXPECT_EQ(head("bert_base", 20), 20 * 24'030'720);
  EXPECT_EQ(head("albert_base", 1), 3'938'304);
}

TEST(Ledger, CountsNoSentenceWorkWithoutSentences) {
  const EncoderConfig config = odd_sizes();
  EXPECT_EQ(make_ledger(config).multiply_adds() -
                make_ledger(config, {.sentences = false}).multiply_adds(),
            12 * 12 + 2 * 12);
}

TEST(Ledger, RefusesWhatItCannotCount) {
  EncoderConfig config;
  config.hidden_size = config.intermediate_size = config.num_attention_heads = 1 << 24;
  config.num_hidden_layers = 10000;
  EXPECT_THROW(make_ledger(config), ConfigError);
}

}  // namespace
}  // namespace reprise
