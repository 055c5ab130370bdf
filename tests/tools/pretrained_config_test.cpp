#include "tools/trainer/pretrained_config.h"

#include "core/config.h"
#include "tests/tools/small_models.h"
#include "tests/tools/temporary_folder.h"
#include "tools/trainer/model_config_file.h"

namespace reprise {
namespace {

// What run_config.h makes of "model", without the rest of a recipe.
struct Model {
  EncoderConfig encoder;
  std::optional<std::filesystem::path> init_from;
  void fields(Fields& f) {
    f("init_from", init_from, "");
    encoder.fields(f);
  }
  void check(Problems& problems) const { encoder.check(problems); }
};
struct Recipe {
  Model model;
  Json data;
  void fields(Fields& f) {
    f("model", model, "");
    f("data", data, "");
  }
};

class PretrainedConfigTest : public testing::Test {
 protected:
  PretrainedConfigTest() {
    EncoderConfig config = small_albert();
    config.num_hidden_groups = 2;
    folder_.write("tiny/config.json", dump_json(hugging_face_config(config)));
  }
  EncoderConfig load(std::string_view recipe, const std::vector<std::string>& overrides = {}) {
    folder_.write("recipe.json", recipe);
    ConfigSource source = load_config(folder_ / "recipe.json", overrides);
    apply_pretrained_config(source);
    return bind<Recipe>(source).model.encoder;
  }
  void refused(std::string_view recipe, int code, const std::vector<std::string>& parts,
               const std::vector<std::string>& overrides = {}) {
    expect_thrown([&] { load(recipe, overrides); }, code, parts);
  }
  TemporaryFolder folder_;
};

TEST_F(PretrainedConfigTest, TakesTheArchitecture) {
  const EncoderConfig config = load(R"({"model": {"init_from": "tiny"}})");
  EXPECT_EQ(config.type, "albert");
  EXPECT_EQ(config.hidden_size, 8);
  EXPECT_EQ(config.embedding_width(), 4);
  EXPECT_EQ(config.hidden_dropout_prob, 0.1);
  EXPECT_EQ(config.num_hidden_groups, 2);
}

TEST_F(PretrainedConfigTest, DoesNothingWithoutInitFrom) {
  EXPECT_EQ(load(R"({"model": {"hidden_size": 24}})").hidden_size, 24);
  EXPECT_EQ(load(R"({"model": {"init_from": null, "hidden_size": 24}})").hidden_size, 24);
  EXPECT_EQ(load("{}").hidden_size, EncoderConfig().hidden_size);
  refused(R"({"model": {"init_from": 3}})", 78, {"model.init_from: expected a path"});
  refused(R"({"model": 3})", 78, {"model: expected an object"});
}

TEST_F(PretrainedConfigTest, RefusesConflicts) {
  refused(R"({
  "model": {
    "init_from": "tiny",
    "type": "albert",
    "hidden_size": 256,
    "layer_norm_eps": 1e-12,
    "hidden_dropout_prob": 0
  }
})", 78,
          {"recipe.json:5:5: model.hidden_size: is 256 here, but 8 in " + (folder_ / "tiny") +
               "/config.json, which model.init_from names; leave it out\n",
           "recipe.json:7:5: model.hidden_dropout_prob: is 0 here, but 0.1 in "});
  const std::string message =
      thrown_by([&] { load(R"({"model": {"init_from": "tiny", "type": "bert"}})"); }).message;
  EXPECT_EQ(std::count(message.begin(), message.end(), '\n'), 0) << message;
  refused(R"({"model": {"init_from": "tiny"}})", 78,
          {"--set model.hidden_size=9: model.hidden_size: is 9 here, but 8 in "},
          {"model.hidden_size=9"});
  refused(R"({"model": {"init_from": "tiny", "embedding_size": null}})", 78,
          {"is null here, but 4"});
}

TEST_F(PretrainedConfigTest, ADropoutBeforeBertsClassifierIsForFineTuning) {
  const std::string model = R"("model": {"init_from": "bert", "classifier_dropout_prob": 0.3}})";
  EncoderConfig config = small_bert();
  folder_.write("bert/config.json", dump_json(hugging_face_config(config)));
  refused("{" + model, 78, {"recipe.json:1:33: model.classifier_dropout_prob: is 0.3 here, and bert has dropout "
                            "before a classifier only; leave it out of a pretraining"});
  EXPECT_EQ(load(R"({"model": {"init_from": "bert", "classifier_dropout_prob": 0}})").classifier_dropout(), 0);
  EXPECT_EQ(load(R"({"data": {"type": "classification"}, )" + model).classifier_dropout(), 0.3);
  config.classifier_dropout_prob = 0.3;
  folder_.write("bert/config.json", dump_json(hugging_face_config(config)));
  EXPECT_EQ(load("{" + model).classifier_dropout(), 0.3);
}

TEST_F(PretrainedConfigTest, AcceptsWhatIsTheSame) {
  EXPECT_EQ(load(R"({"model": {"init_from": "tiny", "hidden_size": 8.0}})").hidden_size, 8);
}

TEST_F(PretrainedConfigTest, ARunMayChooseItsInitializerRecomputationAndFeedForwardDropout) {
  const EncoderConfig config = load(R"({"model": {"init_from": "tiny", "recompute": true,
    "initializer": "truncated_normal", "feed_forward_dropout": true}})");
  EXPECT_TRUE(config.recompute);
  EXPECT_TRUE(config.drops_feed_forward());
  EXPECT_EQ(config.initializer, "truncated_normal");
}

TEST_F(PretrainedConfigTest, SharingIsComparedByItsPlan) {
  const auto recipe = [](const char* sharing) {
    return fmt::format(R"({{"model": {{"init_from": "tiny", "sharing": {}}}}})", sharing);
  };
  EXPECT_EQ(load(recipe(R"({"strategy": "groups", "sets": 2})")).plan().sets[0],
            (std::vector<int>{0, 0, 1, 1}));
  EXPECT_EQ(load(recipe(R"("groups")")).plan().sets[0], (std::vector<int>{0, 0, 1, 1}));
  refused(recipe(R"({"strategy": "groups", "sets": 4})"), 78,
          {"recipe.json:1:33: model.sharing: is A B C D here, but A A B B in ", "leave it out"});
  refused(recipe(R"({"strategy": "groups", "sets": 3})"), 78, {"is impossible here, but A A B B"});
  refused(recipe(R"("attention")"), 78,
          {"model.sharing: is attention A A A A, feed_forward A B C D here, but A A B B in "});
  refused(recipe(R"("al")"), 78, {"model.sharing", "\"al\""});
  folder_.write("tiny/config.json", dump_json(hugging_face_config(small_bert())));
  EXPECT_TRUE(load(recipe(R"("none")")).plan().unshared());
  refused(recipe(R"("all")"), 78, {"model.sharing: is A A A A here, but A B C D in "});
}

// A B A B is for Transformers two layers of two inner blocks.
TEST_F(PretrainedConfigTest, APlanMayBeToldInOtherWords) {
  EncoderConfig config = small_albert();
  config.sharing = SharingConfig{.strategy = "cycle", .sets = 2};
  folder_.write("tiny/config.json", dump_json(hugging_face_config(config)));
  const EncoderConfig told = load(R"({"model": {"init_from": "tiny", "num_hidden_layers": 4, "inner_group_num": 1,
    "num_hidden_groups": null, "sharing": {"strategy": "cycle", "sets": 2}}})");
  EXPECT_EQ(told.plan().sets[0], (std::vector<int>{0, 1, 0, 1}));
  EXPECT_EQ(told.num_hidden_layers, 4);
  EXPECT_EQ(load(R"({"model": {"init_from": "tiny", "sharing": {"strategy": "map", "map": [0, 1, 0, 1]}}})")
                .plan().sets, told.plan().sets);
  EXPECT_EQ(load(R"({"model": {"init_from": "tiny"}})").num_hidden_layers, 2);
  refused(R"({"model": {"init_from": "tiny", "sharing": {"strategy": "sequence", "sets": 2}}})", 78,
          {"here, but A B A B in "});
  refused(R"({"model": {"init_from": "tiny", "num_hidden_layers": 4}})", 78, {"num_hidden_layers: is 4"});
  config.sharing = SharingConfig{.strategy = "all"};
  folder_.write("tiny/config.json", dump_json(hugging_face_config(config)));
  for (const char* groups : {"1", "null"}) {
    EXPECT_EQ(load(fmt::format(R"({{"model": {{"init_from": "tiny", "sharing": "all", "num_hidden_groups": {}}}}})",
                               groups)).plan().count(LayerPart::attention), 1) << groups;
  }
}

TEST_F(PretrainedConfigTest, ReadsOurOwnFormat) {
  EncoderConfig config = small_albert();
  config.sharing = SharingConfig{.strategy = "attention", .sets = {}};
  config.feed_forward_dropout = true;
  config.initializer = "truncated_normal";
  folder_.write("ours/config.json", dump_json(model_config_json(config)));
  const EncoderConfig back = load(R"({"model": {"init_from": "ours"}})");
  EXPECT_EQ(back.plan().sets, config.plan().sets);
  EXPECT_EQ(back.initializer, "truncated_normal");
  const auto own_choice = R"({"model": {"init_from": "ours", "feed_forward_dropout": false}})";
  EXPECT_FALSE(load(own_choice).drops_feed_forward());
  refused(R"({"model": {"init_from": "ours", "sharing": "all"}})", 78,
          {"model.sharing: is A A A A here, but attention A A A A, feed_forward A B C D"});
  refused(R"({"model": {"init_from": "ours", "num_hidden_groups": 2}})", 78, {"num_hidden_groups"});
}

TEST_F(PretrainedConfigTest, ThePathCountsFromTheFileThatSaysIt) {
  folder_.write("bases/base.json", R"({"model": {"init_from": "../tiny"}})");
  EXPECT_EQ(load(R"({"base": "bases/base.json"})").hidden_size, 8);
  EXPECT_EQ(load(R"({})", {"model.init_from=" + (folder_ / "tiny")}).hidden_size, 8);
}

TEST_F(PretrainedConfigTest, RefusesBadFoldersInWords) {
  refused(R"({"model": {"init_from": "nowhere"}})", 66, {"nowhere: there is no such folder"});
  refused(R"({"model": {"init_from": "recipe.json"}})", 66, {"there is no such folder"});
  refused(R"({"model": {"init_from": ""}})", 78, {"recipe.json:1:", "doesn't name a folder"});
  refused(R"({"model": {"init_from": "a\u0000b"}})", 78, {"doesn't name a folder"});
  folder_.write("tiny/config.json", R"({"model_type": "bert", "hidden_size": 0})");
  refused(R"({"model": {"init_from": "tiny", "hidden_size": 8}})", 65,
          {"tiny/config.json:1:39: hidden_size: "});
}

}  // namespace
}  // namespace reprise
