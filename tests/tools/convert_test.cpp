#include "tools/commands/convert.h"

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <numeric>
#include <set>

#include "core/safetensors.h"
#include "core/svd.h"
#include "tests/tools/small_models.h"
#include "tests/tools/temporary_folder.h"
#include "tests/tools/tiny_runs.h"
#include "tools/trainer/convert_sharing.h"
#include "tools/trainer/model_config_file.h"
#include "tools/trainer/quantity.h"

namespace reprise {
namespace {

EncoderConfig with(EncoderConfig config, const SharingConfig& sharing) {
  config.sharing = sharing;
  return config;
}

const SharingConfig kNone{.strategy = "none"};

// Weights of the size of trained ones.
SmallModel trained(const EncoderConfig& config, uint64_t seed = 1) {
  SmallModel model(config, seed);
  for (const ParameterPtr& parameter : model.parameters) {
    for (real& x : parameter->value().values()) x = static_cast<real>(0.3 * std::sin(x));
    parameter->touch();
  }
  return model;
}

Tensor weight(const SmallModel& model, int layer, const char* which = "ffn") {
  return model.part(fmt::format("albert.encoder.albert_layer_groups.{}.albert_layers.0.{}.weight", layer,
                                which)).value;
}

double squared_distance(const Tensor& a, const Tensor& b) {
  double sum = 0;
  for (int64_t i = 0; i < a.numel(); ++i) sum += std::pow(a.item(i) - b.item(i), 2);
  return sum;
}

std::vector<double> encoded(const SmallModel& model) {
  const auto ints = [](std::vector<int32_t> list) {
    return Tensor::of({std::ssize(list)}, std::span<const int32_t>(list));
  };
  const Tokens tokens{.ids = ints({2, 7, 9, 3}), .segments = ints({0, 0, 1, 1}),
                      .positions = ints({0, 1, 2, 3}), .offsets = ints({0, 4}),
                      .places = ints({0, 1, 2, 3})};
  const Tensor x = model.encoder.encode(Context{}, tokens).value();
  std::vector<double> numbers;
  for (int64_t i = 0; i < x.numel(); ++i) numbers.push_back(x.item(i));
  return numbers;
}

TEST(ConvertSharing, UnsharingKeepsEveryBitOfTheFunction) {
  for (const SharingConfig& sharing :
       {SharingConfig{.strategy = "all"}, SharingConfig{.strategy = "cycle", .sets = 2},
        SharingConfig{.strategy = "attention"},
        SharingConfig{.strategy = "sandwich", .rank = 2, .per_use = {"biases"}},
        SharingConfig{.strategy = "all", .rank = 2, .alpha = 3, .per_use = {"norms", "biases"}}}) {
    const SmallModel shared = trained(with(small_albert(), sharing)),
                     twins = trained(with(small_albert(), kNone), 2);
    EXPECT_NE(encoded(shared), encoded(twins));
    convert_sharing(shared.encoder, twins.encoder, SharedFrom::first);
    EXPECT_EQ(encoded(shared), encoded(twins)) << sharing.strategy << sharing.rank;
  }
}

TEST(ConvertSharing, UntyingSomeUsesKeepsEveryBitWhateverTheRestComesFrom) {
  const SmallModel old = trained(with(small_albert(), {.strategy = "cycle", .sets = 2}));
  for (const SharedFrom how : {SharedFrom::first, SharedFrom::average, SharedFrom::stepwise}) {
    const SmallModel untied = trained(with(small_albert(), {.strategy = "map", .map = {0, 1, 2, 1}}), 2);
    convert_sharing(old.encoder, untied.encoder, how);
    EXPECT_EQ(encoded(untied), encoded(old)) << static_cast<int>(how);
  }
}

TEST(ConvertSharing, SharedWeightsComeFromTheOldOnes) {
  const SmallModel old = trained(with(small_albert(), kNone));
  const auto shared = [&](SharedFrom how, const SharingConfig& sharing) {
    const SmallModel model = trained(with(small_albert(), sharing), 3);
    convert_sharing(old.encoder, model.encoder, how);
    return model;
  };
  const SharingConfig halves{.strategy = "sequence", .sets = 2};
  EXPECT_EQ(squared_distance(weight(shared(SharedFrom::first, halves), 1), weight(old, 2)), 0);
  EXPECT_EQ(squared_distance(weight(shared(SharedFrom::stepwise, halves), 0), weight(old, 0)), 0);
  EXPECT_EQ(squared_distance(weight(shared(SharedFrom::stepwise, halves), 1), weight(old, 3)), 0);
  const Tensor mean = weight(shared(SharedFrom::average, halves), 1);
  for (int64_t i = 0; i < mean.numel(); ++i) {
    EXPECT_NEAR(mean.item(i), (weight(old, 2).item(i) + weight(old, 3).item(i)) / 2, 1e-7);
  }
}

// ‖W_l − W_s − B A‖² is the tail of the squared singular values of W_l − W_s.
TEST(ConvertSharing, AdditionsAreTheBestOfTheirRank) {
  const SmallModel old = trained(with(small_albert(), kNone));
  for (const int64_t rank : {1, 3, 8}) {
    const SharingConfig relaxed{.strategy = "all", .rank = rank, .alpha = 0.5,
                                .per_use = {"norms", "biases"}};
    const SmallModel model = trained(with(small_albert(), relaxed), 2),
                     sums = trained(with(small_albert(), kNone), 3);
    convert_sharing(old.encoder, model.encoder, SharedFrom::average);
    convert_sharing(model.encoder, sums.encoder, SharedFrom::first);
    for (const char* which : {"ffn", "ffn_output", "attention.value", "attention.dense"}) {
      const Tensor wanted = weight(old, 2, which), shared = weight(model, 0, which);
      std::vector<double> lacking;
      for (int64_t i = 0; i < wanted.numel(); ++i) lacking.push_back(wanted.item(i) - shared.item(i));
      const auto spectrum =
          low_rank_factors(lacking, wanted.size(0), wanted.size(1), 0).singular_values;
      double tail = 0;
      for (size_t i = static_cast<size_t>(rank); i < spectrum.size(); ++i) tail += spectrum[i] * spectrum[i];
      EXPECT_NEAR(squared_distance(wanted, weight(sums, 2, which)), tail, 1e-5 * tail + 1e-10)
          << which << " " << rank;
    }
    if (rank == 8) {  // full: the old model again
      const auto a = encoded(old), b = encoded(sums);
      for (size_t i = 0; i < a.size(); ++i) EXPECT_NEAR(a[i], b[i], 1e-4);
    }
  }
}

TEST(ConvertSharing, AdditionsOfUsesThatGoOnSharingStayAsTheyAre) {
  const SharingConfig relaxed{.strategy = "all", .rank = 2, .alpha = 3};
  SharingConfig untied = relaxed, halves = relaxed;
  untied.feed_forward = PartSharing{.strategy = "none"};
  halves.strategy = "sequence";
  halves.sets = 2;
  const SmallModel old = trained(with(small_albert(), relaxed));
  for (const SharingConfig& sharing : {relaxed, untied, halves}) {
    for (const SharedFrom how : {SharedFrom::first, SharedFrom::average, SharedFrom::stepwise}) {
      const SmallModel model = trained(with(small_albert(), sharing), 2);
      convert_sharing(old.encoder, model.encoder, how);
      EXPECT_EQ(encoded(model), encoded(old)) << sharing.strategy << static_cast<int>(how);
      EXPECT_EQ(squared_distance(weight(model, 0, "attention.query"), weight(old, 0, "attention.query")), 0);
      for (const char* factor : {"lora_A", "lora_B"}) {
        const std::string name = fmt::format("albert.encoder.uses.3.attention.query.{}.weight", factor);
        EXPECT_EQ(squared_distance(model.part(name).value, old.part(name).value), 0) << name;
      }
    }
  }
}

class Convert : public testing::Test {
 protected:
  explicit Convert() { trained(with(small_albert(), kNone)).save(folder_.path()); }

  ConvertOptions options(const char* sharing, const char* output = "new") const {
    return {.model = folder_.path(), .sharing = sharing, .output = outputs_ / output};
  }
  void refused(const ConvertOptions& options, int code, const std::vector<std::string>& parts) const {
    expect_thrown([&] { convert(options); }, code, parts);
    EXPECT_FALSE(std::filesystem::exists(outputs_ / "new"));
  }

  TemporaryFolder folder_, outputs_;
};

TEST_F(Convert, WritesAFolderWithTheRestOfTheModel) {
  write_file(folder_ / "spiece.model", [](OutputFile& out) { out.write("words"); });
  const std::string text = convert(options("all"));
  EXPECT_NE(text.find("A B C D\nto "), std::string::npos) << text;
  EXPECT_NE(text.find(": A A A A"), std::string::npos) << text;
  EXPECT_EQ(read_file(outputs_ / "new/spiece.model"), "words");
  const SmallModel loaded(with(small_albert(), {.strategy = "all"}));
  load_model_folder(outputs_ / "new", loaded.encoder);
}

// The old weights may be there in many formats, and the card tells of the old model.
TEST_F(Convert, CopiesTheTokenizerAndTheLicenseOnly) {
  const std::set<std::string> copied = {"spiece.model", "tokenizer.json", "tokenizer_config.json",
                                        "special_tokens_map.json", "added_tokens.json", "LICENSE"};
  std::set<std::string> expected = copied;
  expected.insert({"config.json", "model.safetensors", "manifest.json"});
  for (const std::string& name : copied) folder_.write(name, name);
  for (const char* name : {"pytorch_model.bin", "tf_model.h5", "flax_model.msgpack", "model.onnx", "rust_model.ot",
                           "model.pt", "README.md", "training_args.bin"}) {
    folder_.write(name, "of the old model");
  }
  convert(options("all"));
  std::set<std::string> found;
  for (const auto& entry : std::filesystem::directory_iterator(outputs_ / "new")) {
    found.insert(entry.path().filename());
  }
  EXPECT_EQ(found, expected);
  for (const std::string& name : copied) EXPECT_EQ(read_file(outputs_ / ("new/" + name)), name);
}

// As an encoder of Hugging Face's that was saved alone.
TEST_F(Convert, InventsNoHeads) {
  const SmallModel model(with(small_albert(), kNone));
  const auto save_without = [&](const std::function<bool(const std::string& name)>& lacks, Heads heads) {
    std::vector<ParameterPtr> kept = model.parameters;
    std::erase_if(kept, [&](const ParameterPtr& parameter) { return lacks(parameter->parts()[0].name); });
    save_model_folder(model.encoder.config(), kept,
                      [&](const std::string& name, const std::function<void(OutputFile&)>& fill) {
                        write_file(folder_ / name, fill);
                      }, heads);
    return kept;
  };
  save_without([](const std::string& name) { return name.starts_with("sop"); }, Heads::pretraining);
  convert(options("all", "words"));
  EXPECT_EQ(read_json(outputs_ / "words/config.json").value()["architectures"], (Json{"AlbertForPreTraining"}));
  EXPECT_FALSE(SafetensorsFile::open(outputs_ / "words/model.safetensors").contains("sop_classifier.classifier.weight"));
  const std::vector<ParameterPtr> bare =
      save_without([](const std::string& name) { return !name.starts_with("albert.e"); }, Heads::none);
  const int64_t size = std::accumulate(bare.begin(), bare.end(), int64_t{0}, [](int64_t sum, const ParameterPtr& parameter) {
    return sum + parameter->value().numel();
  });
  const std::string text = convert(options("all"));
  EXPECT_TRUE(text.starts_with(fmt::format("from {} parameters", grouped(size)))) << text;
  for (const std::string& name : SafetensorsFile::open(outputs_ / "new/model.safetensors").names()) {
    EXPECT_TRUE(name.starts_with("albert.e")) << name;
  }
  EXPECT_EQ(read_json(outputs_ / "new/config.json").value()["architectures"], (Json{"AlbertModel"}));
  ConvertOptions measured = options("all", "measured");
  measured.data = "recipe.json";
  expect_thrown([&] { convert(measured); }, 2, {"has no head for masked words"});
}

TEST_F(Convert, SaysWhatTransformersCannotHold) {
  refused(options(R"({"strategy": "cycle_reverse", "sets": 2})"), 2,
          {"can't be written for Transformers, because ALBERT", "--materialize"});
  ConvertOptions materialized = options(R"({"strategy": "cycle_reverse", "sets": 2})");
  materialized.materialize = true;
  const std::string text = convert(materialized);
  EXPECT_NE(text.find("A B B A\n"), std::string::npos) << text;
  const EncoderConfig written = read_model_config(outputs_ / "new").config;
  EXPECT_FALSE(beyond_transformers(written));
  const SmallModel loaded(written);
  load_model_folder(outputs_ / "new", loaded.encoder);
  EXPECT_EQ(squared_distance(weight(loaded, 0), weight(loaded, 3)), 0);
  EXPECT_NE(squared_distance(weight(loaded, 0), weight(loaded, 1)), 0);
}

TEST_F(Convert, KeepsARelaxedModelInItsOwnFormat) {
  ConvertOptions relaxed = options("all");
  relaxed.rank = 2;
  const std::string text = convert(relaxed);
  EXPECT_NE(text.find("Transformers can't load it, because"), std::string::npos) << text;
  const EncoderConfig written = read_model_config(outputs_ / "new").config;
  EXPECT_EQ(written.relaxation().rank, 2);
  const SmallModel loaded(written);
  load_model_folder(outputs_ / "new", loaded.encoder);
}

TEST_F(Convert, RefusesWhatDoesNotFit) {
  refused(options("spiral"), 78, {"--sharing", "\"spiral\""});
  refused(options("{\"strategy\": "), 2, {"--sharing:1:14", "too early"});
  refused(options(R"({"strategy": 5})"), 78, {"--sharing", "strategy", "5"});
  refused(options(R"({"strategy": "sequence", "sets": 3})"), 78, {"4 layers can't be 3 equal runs"});
  ConvertOptions ranked = options("all");
  ranked.rank = 9;
  refused(ranked, 78, {"rank 9", "smaller side is 8"});
  ConvertOptions nowhere = options("all");
  nowhere.model = folder_ / "nothing";
  refused(nowhere, 66, {"nothing"});
  ConvertOptions labelled = options("all");
  labelled.data = "tickets";
  refused(labelled, 78, {"tickets", "pretrains"});
  convert(options("all", "taken"));
  expect_thrown([&] { convert(options("all", "taken")); }, 73, {"taken", "is there already"});
}

// The same command, put right, is to find its output free.
TEST_F(Convert, WritesNothingWhenTheDataFail) {
  ConvertOptions no_recipe = options("all"), no_text = options("all");
  no_recipe.data = folder_ / "tpyo.json";
  refused(no_recipe, 66, {"tpyo.json"});
  folder_.write("vocab.txt", "[PAD]\n[UNK]\n[CLS]\n[SEP]\n[MASK]\nwant\n");
  Json recipe = tiny_recipe("albert");
  recipe["data"].update({{"train", "missing.txt"}, {"max_length", 6}});
  folder_.write("recipe.json", dump_json(recipe));
  no_text.data = folder_ / "recipe.json";
  refused(no_text, 66, {"missing.txt"});
}

// A vocabulary trained on the recipe's text, which is another by now, would have other pieces.
TEST(ConvertData, LossesAreThoseOfTheModelsOwnVocabulary) {
  const TinyRuns runs;
  expect_exit(runs.train("run"), 0);
  std::string other = tiny_text(12, 10, 3);
  std::ranges::replace(other, 'i', 'y');
  runs.folder().write("train.txt", other);
  const std::vector<std::string> arguments = {"convert", runs / "run/final", "--sharing", "none",
                                              "--data", runs.recipe(), "--output", runs / "new"};
  const Exited exited = Process("reprise", arguments, runs.folder().path()).wait();
  expect_exit(exited, 0);
  const double loss = runs.metrics("run").back()["eval"]["mlm_loss"];
  for (const char* when : {"before", "after "}) {
    const std::string line = fmt::format("{}  masked words: loss {:.4f},", when, loss);
    EXPECT_NE(exited.out.find(line), std::string::npos) << line << "\n" << exited.out;
  }
}

}  // namespace
}  // namespace reprise
