#include "tools/trainer/model_folder.h"

#include "core/commit_directory.h"
#include "core/safetensors.h"
#include "tests/tools/small_models.h"
#include "tests/tools/temporary_folder.h"

namespace reprise {
namespace {

EncoderConfig with_sharing(EncoderConfig config, const char* strategy,
                           std::optional<int64_t> sets = {}) {
  config.sharing = SharingConfig{.strategy = strategy, .sets = sets};
  return config;
}

// Every kind of model that is written.
std::vector<EncoderConfig> all_kinds() {
  std::vector<EncoderConfig> kinds;
  for (const EncoderConfig& type : {small_bert(), small_albert()}) {
    for (const char* strategy : {"none", "all", "attention", "feed_forward"}) {
      kinds.push_back(with_sharing(type, strategy));
    }
  }
  kinds.push_back(with_sharing(small_albert(), "groups", 2));
  kinds.back().inner_group_num = 2;
  kinds.push_back(with_sharing(small_albert(), "cycle", 2));
  kinds.push_back(with_sharing(small_bert(), "cycle_reverse", 2));
  kinds.back().sharing->attention_norm = PartSharing{.strategy = "none"};
  kinds.push_back(with_sharing(small_albert(), "all"));
  kinds.back().sharing->rank = 2;
  kinds.back().sharing->alpha = 3.5;
  kinds.back().sharing->per_use = {"biases"};
  for (size_t i = 0, n = kinds.size(); i < n; ++i) {
    kinds.push_back(kinds[i]);
    kinds.back().tie_word_embeddings = false;
  }
  return kinds;
}

TEST(ModelFolder, RoundTripsBitForBit) {
  for (const EncoderConfig& config : all_kinds()) {
    SCOPED_TRACE(fmt::format("{} {} {}", config.type, config.sharing->strategy,
                             config.tie_word_embeddings));
    TemporaryFolder folder;
    const SmallModel saved(config, 1), loaded(config, 2);
    ASSERT_FALSE(same_bits(saved, loaded));
    saved.save(folder.path());
    load_model_folder(folder.path(), loaded.encoder);
    EXPECT_TRUE(same_bits(saved, loaded));
  }
}

TEST(ModelFolder, TheSameModelGivesTheSameBytes) {
  TemporaryFolder a, b;
  SmallModel(small_albert()).save(a.path());
  SmallModel(small_albert()).save(b.path());
  for (const char* name : {"config.json", "model.safetensors"}) {
    EXPECT_EQ(read_file(a / name), read_file(b / name)) << name;
  }
}

TEST(ModelFolder, StoresATiedTensorOnceWithItsAlias) {
  TemporaryFolder folder;
  SmallModel(small_bert()).save(folder.path());
  const SafetensorsFile file = SafetensorsFile::open(folder / "model.safetensors");
  EXPECT_FALSE(file.contains("cls.predictions.decoder.weight"));
  EXPECT_FALSE(file.contains("cls.predictions.decoder.bias"));
  EXPECT_EQ(file.metadata().at("format"), "pt");
  EXPECT_EQ(file.metadata().at("aliases"),
            R"({"cls.predictions.decoder.bias":"cls.predictions.bias",)"
            R"("cls.predictions.decoder.weight":"bert.embeddings.word_embeddings.weight"})");
}

TEST(ModelFolder, AnUntiedModelHasTheBiasTwiceAsTransformersWantsIt) {
  EncoderConfig config = small_albert();
  config.tie_word_embeddings = false;
  TemporaryFolder folder;
  SmallModel(config).save(folder.path());
  const SafetensorsFile file = SafetensorsFile::open(folder / "model.safetensors");
  EXPECT_TRUE(file.contains("predictions.decoder.weight"));
  const Tensor a = file.load("predictions.bias"), b = file.load("predictions.decoder.bias");
  EXPECT_TRUE(std::equal(a.values().begin(), a.values().end(), b.values().begin()));
}

TEST(ModelFolder, AnUntiedModelOfTransformersUsesTheDecodersBias) {
  EncoderConfig config = small_bert();
  config.tie_word_embeddings = false;
  TemporaryFolder folder;
  const SmallModel saved(config, 1), loaded(config, 2);
  saved.save(folder.path());
  std::vector<NamedTensor> tensors;
  for (const NamedPart& part : named_parts(saved.parameters)) {
    tensors.push_back({part.name, part.value});
  }
  tensors.push_back({"cls.predictions.decoder.bias", Tensor::full({11}, 7)});
  write_safetensors(folder / "model.safetensors", tensors);
  load_model_folder(folder.path(), loaded.encoder);
  EXPECT_EQ(loaded.part("cls.predictions.bias").value.data()[4], 7);
}

// What BertModel and AlbertModel save: no prefix, a buffer among the weights, and no head.
TEST(ModelFolder, AnEncoderAloneLeavesTheHeadsAsTheyAre) {
  for (const EncoderConfig& config : {small_bert(), small_albert()}) {
    TemporaryFolder folder;
    const SmallModel saved(config, 1), loaded(config, 2), before(config, 2);
    saved.save(folder.path());
    const std::string prefix = config.type + ".";
    const Tensor positions = Tensor::zeros({1, 4}, DType::i32);
    std::vector<NamedTensor> tensors = {{"embeddings.position_ids", positions}};
    for (const NamedPart& part : named_parts(saved.parameters)) {
      if (!part.name.starts_with(prefix) || part.name.find("pooler") != std::string::npos) continue;
      tensors.push_back({part.name.substr(prefix.size()), part.value});
    }
    write_safetensors(folder / "model.safetensors", tensors);
    EXPECT_EQ(load_model_folder(folder.path(), loaded.encoder), EncoderNames(config).heads());
    for (const NamedPart& part : named_parts(loaded.parameters)) {
      const bool head = !part.name.starts_with(prefix) || part.name.find("pooler") != std::string::npos;
      const Tensor expected = (head ? before : saved).part(part.name).value;
      EXPECT_TRUE(std::ranges::equal(part.value.values(), expected.values())) << part.name;
    }
    // Of a head, all or nothing.
    const std::string half = config.albert() ? "predictions.bias" : "cls.predictions.bias";
    tensors.push_back({half, saved.part(half).value});
    write_safetensors(folder / "model.safetensors", tensors);
    expect_thrown([&] { load_model_folder(folder.path(), loaded.encoder); }, 65,
                  {"missing: ", "LayerNorm"});
  }
}

TEST(ModelFolder, IsAPartOfADirectoryCommit) {
  TemporaryFolder folder;
  const SmallModel saved(small_bert(), 1), loaded(small_bert(), 2);
  DirectoryCommit commit(folder.path(), "final");
  save_model_folder(saved.encoder.config(), saved.parameters,
                    [&](const std::string& name, const auto& fill) { commit.add(name, fill); });
  commit.commit();
  load_model_folder(folder / "final", loaded.encoder);
  EXPECT_TRUE(same_bits(saved, loaded));
}

// The same names and shapes, but other heads, or the same weights used in another order.
TEST(ModelFolder, RefusesADifferenceThatNoShapeShows) {
  TemporaryFolder folder;
  EncoderConfig config = small_albert();
  SmallModel(config).save(folder.path());
  const auto refused = [&](EncoderConfig other, const std::vector<std::string>& parts) {
    const Encoder model(other);
    expect_thrown([&] { load_model_folder(folder.path(), model); }, 65, parts);
  };
  EncoderConfig other = config;
  other.num_attention_heads = 4;
  other.hidden_act = "gelu";
  other.layer_norm_eps = 1e-5;
  refused(other, {"config.json: describes another model",
                  "\n  num_attention_heads is 2 there, and 4",
                  "\n  hidden_act is \"gelu_new\" there", "\n  layer_norm_eps is 1e-12 there"});
  other = config;
  other.num_hidden_layers = 8;
  refused(other, {"\n  sharing is\nA A A A\n  there, and here\nA A A A A A A A"});
  refused(with_sharing(config, "attention"),
          {"\n  sharing is\nA A A A\n", "feed_forward      A B C D"});
  other = config;
  other.tie_word_embeddings = false;
  refused(other, {"tie_word_embeddings is true there, and false here"});
}

TEST(ModelFolder, RefusesWeightsThatAreTiedOtherwise) {
  TemporaryFolder tied, untied;
  EncoderConfig config = small_bert();
  SmallModel(config).save(tied.path());
  config.tie_word_embeddings = false;
  SmallModel model(config);
  model.save(untied.path());
  std::filesystem::copy_file(tied / "model.safetensors", untied / "model.safetensors",
                             std::filesystem::copy_options::overwrite_existing);
  expect_thrown([&] { load_model_folder(untied.path(), model.encoder); }, 65,
                {"sharing: \"cls.predictions.decoder.weight\" and "
                 "\"bert.embeddings.word_embeddings.weight\" are one tensor in the file",
                 "missing: \"cls.predictions.decoder.weight\" [11, 8]"});
}

}  // namespace
}  // namespace reprise
