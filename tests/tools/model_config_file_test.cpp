#include "tools/trainer/model_config_file.h"

#include "tests/tools/small_models.h"
#include "tests/tools/temporary_folder.h"

namespace reprise {
namespace {

class ModelConfigFileTest : public testing::Test {
 protected:
  ModelConfigFile read(std::string_view text) {
    folder_.write("config.json", text);
    return read_model_config(folder_.path());
  }
  EncoderConfig round_trip(const EncoderConfig& config) {
    return read(dump_json(model_config_json(config))).config;
  }
  void refused(std::string_view text, int code, const std::vector<std::string>& parts) {
    expect_thrown([&] { read(text); }, code, parts);
  }
  TemporaryFolder folder_;
};

TEST_F(ModelConfigFileTest, TakesTheDefaultsOfBertConfig) {
  const EncoderConfig config = read(R"({"model_type": "bert"})").config;
  EXPECT_EQ(config.type, "bert");
  EXPECT_EQ(config.vocab_size, 30522);
  EXPECT_EQ(config.hidden_size, 768);
  EXPECT_EQ(config.num_hidden_layers, 12);
  EXPECT_EQ(config.num_attention_heads, 12);
  EXPECT_EQ(config.intermediate_size, 3072);
  EXPECT_EQ(config.activation(), "gelu");
  EXPECT_EQ(config.hidden_dropout_prob, 0.1);
  EXPECT_EQ(config.attention_probs_dropout_prob, 0.1);
  EXPECT_EQ(config.max_position_embeddings, 512);
  EXPECT_EQ(config.type_vocab_size, 2);
  EXPECT_EQ(config.layer_norm_eps, 1e-12);
  EXPECT_TRUE(config.tie_word_embeddings);
  EXPECT_TRUE(config.plan().unshared());
}

TEST_F(ModelConfigFileTest, TakesTheDefaultsOfAlbertConfigWhichAreXxlarge) {
  const EncoderConfig config = read(R"({"model_type": "albert"})").config;
  EXPECT_EQ(config.vocab_size, 30000);
  EXPECT_EQ(config.embedding_width(), 128);
  EXPECT_EQ(config.hidden_size, 4096);
  EXPECT_EQ(config.num_attention_heads, 64);
  EXPECT_EQ(config.intermediate_size, 16384);
  EXPECT_EQ(config.activation(), "gelu_new");
  EXPECT_EQ(config.hidden_dropout_prob, 0);
  EXPECT_EQ(config.attention_probs_dropout_prob, 0);
  EXPECT_EQ(config.sentence_dropout(), 0.1);
  EXPECT_EQ(config.plan().count(LayerPart::attention), 1);
}

TEST_F(ModelConfigFileTest, ReadsEveryField) {
  const EncoderConfig config = read(R"({
    "model_type": "albert", "vocab_size": 50, "embedding_size": 4, "hidden_size": 8,
    "num_hidden_layers": 6, "num_attention_heads": 2, "intermediate_size": 24, "hidden_act": "relu",
    "hidden_dropout_prob": 0.25, "attention_probs_dropout_prob": 0.125,
    "classifier_dropout_prob": 0.5, "max_position_embeddings": 9, "type_vocab_size": 3,
    "initializer_range": 0.5, "layer_norm_eps": 1e-5, "tie_word_embeddings": false,
    "num_hidden_groups": 3, "inner_group_num": 2, "id2label": {"0": "LABEL_0"}})").config;
  EXPECT_EQ(config.vocab_size, 50);
  EXPECT_EQ(config.embedding_size, 4);
  EXPECT_EQ(config.hidden_size, 8);
  EXPECT_EQ(config.num_hidden_layers, 6);
  EXPECT_EQ(config.num_attention_heads, 2);
  EXPECT_EQ(config.intermediate_size, 24);
  EXPECT_EQ(config.hidden_act, "relu");
  EXPECT_EQ(config.hidden_dropout_prob, 0.25);
  EXPECT_EQ(config.attention_probs_dropout_prob, 0.125);
  EXPECT_EQ(config.classifier_dropout_prob, 0.5);
  EXPECT_EQ(config.max_position_embeddings, 9);
  EXPECT_EQ(config.type_vocab_size, 3);
  EXPECT_EQ(config.initializer_range, 0.5);
  EXPECT_EQ(config.layer_norm_eps, 1e-5);
  EXPECT_FALSE(config.tie_word_embeddings);
  EXPECT_EQ(config.num_hidden_groups, 3);
  EXPECT_EQ(config.inner_group_num, 2);
}

TEST_F(ModelConfigFileTest, BertsClassifierDropoutHasItsOwnNameAndAlbertsKeysAreIgnored) {
  const EncoderConfig config = read(R"({"model_type": "bert", "classifier_dropout": 0.3,
    "classifier_dropout_prob": 0.7, "inner_group_num": 2, "embedding_size": 3})").config;
  EXPECT_EQ(config.sentence_dropout(), 0);
  EXPECT_EQ(config.classifier_dropout(), 0.3);
  EXPECT_EQ(hugging_face_config(config).at("classifier_dropout"), 0.3);
  EXPECT_EQ(config.inner_group_num, 1);
  EXPECT_EQ(config.embedding_width(), 768);
}

TEST_F(ModelConfigFileTest, OldFilesHaveOnlyTheNameOfTheClass) {
  EXPECT_EQ(read(R"({"architectures": ["BertForMaskedLM"]})").config.type, "bert");
  EXPECT_EQ(read(R"({"architectures": ["AlbertModel"]})").config.type, "albert");
}

TEST_F(ModelConfigFileTest, SettingsSayWhereTheyWereWritten) {
  const ModelConfigFile file = read("{\"model_type\": \"bert\",\n  \"hidden_size\": 12}");
  for (const ModelSetting& setting : file.settings) {
    const std::string place = setting.key == "hidden_size" ? ":2:18" : "";
    const bool written = !place.empty() || setting.key == "vocab_size";
    if (written) {
      EXPECT_EQ(setting.from, file.path + place) << setting.key;
    }
  }
}

TEST_F(ModelConfigFileTest, RefusesWhatWouldChangeTheNumbers) {
  refused(R"({"model_type": "bert", "position_embedding_type": "relative_key",
"is_decoder": true, "add_cross_attention": true, "pruned_heads": {"1": [0]}})", 65,
          {"config.json:1:51: position_embedding_type: is", "relative_key",
           "only absolute positions are supported", "config.json:2:15: is_decoder: ",
           "add_cross_attention: ", "pruned_heads: "});
  EXPECT_NO_THROW(read(R"({"model_type": "bert", "position_embedding_type": "absolute",
    "is_decoder": false, "pruned_heads": {}, "quantization_config": null})"));
  refused(R"({"model_type": "bert", "hidden_act": "silu"})", 65, {"config.json:1:38: hidden_act"});
  refused(R"({"model_type": "roberta"})", 65, {"config.json:1:16: model_type: is", "roberta"});
  refused(R"({"hidden_size": 8})", 65, {"config.json: has no \"model_type\""});
}

TEST_F(ModelConfigFileTest, RefusesHostileFiles) {
  refused("", 65, {"config.json"});
  refused("[1, 2]", 65, {"config.json:1:1: expected an object"});
  refused("{\"model_type\": \"bert\", ", 65, {"config.json:1:"});
  refused(R"({"model_type": "bert", "hidden_size": "wide"})", 65,
          {"config.json:1:39: hidden_size: expected an integer"});
  refused(R"({"model_type": "bert", "hidden_size": 1e300})", 65, {"hidden_size"});
  refused(R"({"model_type": "bert", "num_hidden_layers": -1})", 65, {"num_hidden_layers"});
  refused(R"({"model_type": "bert", "num_attention_heads": 0})", 65, {"num_attention_heads"});
  refused(R"({"model_type": "bert", "num_attention_heads": 7})", 65, {"heads don't divide"});
  refused(R"({"model_type": "albert", "num_hidden_groups": 5})", 65, {"12 layers can't be 5"});
  refused(R"({"model_type": 3})", 65, {"model_type"});
  refused(R"({"architectures": [[]]})", 65, {"has no \"model_type\""});
  const std::string deep = std::string(100, '[') + std::string(100, ']');
  refused("{\"model_type\": \"bert\", \"x\": " + deep + "}", 65, {"config.json:1:"});
  std::string many = "{\"model_type\": \"reprise_encoder\"";
  for (int i = 0; i < 100000; ++i) many += fmt::format(",\"k{}\":0", i);
  refused(many + "}", 65, {"config.json"});
}

TEST_F(ModelConfigFileTest, RefusesAMissingFolderOrFile) {
  expect_thrown([&] { read_model_config(folder_ / "nowhere"); }, 66, {"nowhere: there is no such"});
  expect_thrown([&] { read_model_config(folder_.path()); }, 66, {": has no config.json; "});
}

TEST_F(ModelConfigFileTest, WritesBertAsTransformersDoes) {
  const Json file = hugging_face_config(small_bert());
  EXPECT_EQ(dump_json_line(file),
            R"({"add_cross_attention":false,"architectures":["BertForPreTraining"],)"
            R"("attention_probs_dropout_prob":0.1,"bos_token_id":null,)"
            R"("classifier_dropout":null,"dtype":"float32","eos_token_id":null,)"
            R"("hidden_act":"gelu","hidden_dropout_prob":0.1,"hidden_size":8,)"
            R"("initializer_range":0.02,"intermediate_size":12,"is_decoder":false,)"
            R"("layer_norm_eps":1e-12,"max_position_embeddings":6,"model_type":"bert",)"
            R"("num_attention_heads":2,"num_hidden_layers":4,"pad_token_id":0,)"
            R"("tie_word_embeddings":true,"type_vocab_size":2,"use_cache":true,)"
            R"("vocab_size":11})");
}

TEST_F(ModelConfigFileTest, WritesAlbertAsTransformersDoes) {
  EncoderConfig config = small_albert();
  config.sharing = SharingConfig{.strategy = "groups", .sets = 2};
  config.inner_group_num = 2;
  const Json file = hugging_face_config(config);
  EXPECT_EQ(dump_json_line(file),
            R"({"architectures":["AlbertForPreTraining"],)"
            R"("attention_probs_dropout_prob":0.1,"bos_token_id":2,)"
            R"("classifier_dropout_prob":0.1,"dtype":"float32","embedding_size":4,)"
            R"("eos_token_id":3,"hidden_act":"gelu_new","hidden_dropout_prob":0.1,)"
            R"("hidden_size":8,"initializer_range":0.02,"inner_group_num":2,)"
            R"("intermediate_size":12,"layer_norm_eps":1e-12,"max_position_embeddings":6,)"
            R"("model_type":"albert","num_attention_heads":2,"num_hidden_groups":2,)"
            R"("num_hidden_layers":4,"pad_token_id":0,"tie_word_embeddings":true,)"
            R"("type_vocab_size":2,"vocab_size":11})");
}

TEST_F(ModelConfigFileTest, SharingStrategiesThatTransformersKnowsBecomeGroups) {
  EncoderConfig config = small_albert();
  const auto groups = [&](const char* strategy) {
    config.sharing = SharingConfig{.strategy = strategy, .sets = {}};
    return hugging_face_config(config).at("num_hidden_groups").get<int>();
  };
  EXPECT_EQ(groups("all"), 1);
  EXPECT_EQ(groups("none"), 4);
  EXPECT_EQ(groups("groups"), 1);
}

// A B A B is two layers of two inner blocks.
TEST_F(ModelConfigFileTest, ACycleBecomesInnerGroups) {
  EncoderConfig config = small_albert();
  config.sharing = SharingConfig{.strategy = "cycle", .sets = 2};
  const Json file = hugging_face_config(config);
  EXPECT_EQ(file.at("num_hidden_layers"), 2);
  EXPECT_EQ(file.at("inner_group_num"), 2);
  EXPECT_EQ(file.at("num_hidden_groups"), 1);
  EXPECT_EQ(round_trip(config).plan().sets, config.plan().sets);
}

TEST_F(ModelConfigFileTest, SaysWhyAPlanIsBeyondTransformers) {
  EncoderConfig albert = small_albert();
  EXPECT_FALSE(beyond_transformers(albert));
  albert.sharing = SharingConfig{.strategy = "attention", .sets = {}};
  EXPECT_EQ(beyond_transformers(albert),
            "ALBERT in Transformers shares whole layers, not parts of them");
  EXPECT_THROW(hugging_face_config(albert), UsageError);
  albert.sharing = SharingConfig{.strategy = "cycle_reverse", .sets = 2};
  EXPECT_EQ(beyond_transformers(albert),
            "ALBERT in Transformers shares layers in equal groups only");
  EncoderConfig bert = small_bert();
  EXPECT_FALSE(beyond_transformers(bert));
  bert.sharing = SharingConfig{.strategy = "all", .sets = {}};
  EXPECT_EQ(beyond_transformers(bert), "BERT in Transformers shares no layers");
  bert.sharing = SharingConfig{.strategy = "groups", .sets = 4};
  bert.inner_group_num = 2;
  EXPECT_EQ(beyond_transformers(bert), "BERT in Transformers has no inner groups");
}

TEST_F(ModelConfigFileTest, ReadsBackWhatItWrites) {
  EncoderConfig config = small_albert();
  config.hidden_act = "relu";
  config.layer_norm_eps = 1e-7;
  config.initializer_range = 0.1 + 0.2;  // not a short decimal
  for (const char* strategy : {"all", "none", "attention", "feed_forward", "sandwich"}) {
    for (const char* type : {"bert", "albert"}) {
      config.type = type;
      config.embedding_size.reset();
      config.sharing = SharingConfig{.strategy = strategy, .sets = {}};
      const EncoderConfig back = round_trip(config);
      EXPECT_EQ(back.plan().sets, config.plan().sets) << strategy << " " << type;
      Json a = reprise_config(back), b = reprise_config(config);
      for (Json* json : {&a, &b}) json->erase("sharing"), json->erase("num_hidden_groups");
      EXPECT_EQ(a, b) << strategy << " " << type;
    }
  }
}

// Transformers has no such setting, but computes the same, and keeps keys that it doesn't know.
TEST_F(ModelConfigFileTest, KeepsTheFeedForwardDropoutThatTransformersLacks) {
  EncoderConfig config = small_albert();
  EXPECT_FALSE(hugging_face_config(config).contains("feed_forward_dropout"));
  config.feed_forward_dropout = true;
  EXPECT_FALSE(beyond_transformers(config));
  EXPECT_TRUE(round_trip(config).drops_feed_forward());
  EXPECT_FALSE(round_trip(small_albert()).drops_feed_forward());
}

TEST_F(ModelConfigFileTest, OurFormatIsReadStrictly) {
  Json file = reprise_config(small_bert());
  file["hiden_size"] = 3;
  refused(dump_json(file), 65, {"config.json:", "hiden_size: unknown key; did you mean"});
}

}  // namespace
}  // namespace reprise
