#include "tools/trainer/load_weights.h"

#include <fstream>

#include "core/safetensors.h"
#include "tests/tools/small_models.h"
#include "tests/tools/temporary_folder.h"

namespace reprise {
namespace {

// A file of weights under construction, from a model's own.
class LoadWeightsTest : public testing::Test {
 protected:
  explicit LoadWeightsTest(const EncoderConfig& config = small_bert())
      : source_(config, 1), target_(config, 2) {
    for (const NamedPart& part : named_parts(source_.parameters)) tensors_[part.name] = part.value;
  }

  void rename(const std::function<std::string(const std::string&)>& name) {
    std::map<std::string, Tensor> renamed;
    for (const auto& [old, tensor] : tensors_) renamed[name(old)] = tensor;
    tensors_ = std::move(renamed);
  }
  void save(const std::string& name = "model.safetensors", const StringMap& metadata = {}) {
    std::vector<NamedTensor> list;
    for (const auto& [name_, tensor] : tensors_) list.push_back({name_, tensor});
    write_safetensors(folder_ / name, list, metadata);
  }
  void load(const LoadOptions& options = {}) {
    load_weights(folder_.path(), target_.parameters, options);
  }
  void refused(int code, const std::vector<std::string>& parts) {
    expect_thrown([&] { load(); }, code, parts);
  }
  void refused_with(const StringMap& metadata, const std::vector<std::string>& parts) {
    save("model.safetensors", metadata);
    refused(65, parts);
  }

  TemporaryFolder folder_;
  SmallModel source_, target_;
  std::map<std::string, Tensor> tensors_;
};

constexpr const char* kWords = "bert.embeddings.word_embeddings.weight";
constexpr const char* kDecoder = "cls.predictions.decoder.weight";

TEST_F(LoadWeightsTest, FillsEveryParameterAndTouchesIt) {
  save();
  const uint64_t version = target_.parameters[0]->version();
  load();
  EXPECT_TRUE(same_bits(source_, target_));
  EXPECT_NE(target_.parameters[0]->version(), version);
}

TEST_F(LoadWeightsTest, AcceptsNamesWithoutThePrefix) {
  rename([](const std::string& name) { return name.starts_with("bert.") ? name.substr(5) : name; });
  ASSERT_TRUE(tensors_.contains("embeddings.word_embeddings.weight"));
  save();
  load();
  EXPECT_TRUE(same_bits(source_, target_));
}

TEST_F(LoadWeightsTest, AcceptsGammaAndBeta) {
  rename([](const std::string& name) {
    if (name.find("LayerNorm") == name.npos) return name;
    return name.substr(0, name.rfind('.')) + (name.ends_with("weight") ? ".gamma" : ".beta");
  });
  ASSERT_TRUE(tensors_.contains("bert.embeddings.LayerNorm.gamma"));
  save();
  load();
  EXPECT_TRUE(same_bits(source_, target_));
}

TEST_F(LoadWeightsTest, PassesOverBuffersButNotOverWeightsOfTheirName) {
  tensors_["bert.embeddings.position_ids"] = Tensor::zeros({1, 6}, DType::i32);
  save();
  load();
  EXPECT_TRUE(same_bits(source_, target_));
  tensors_["bert.embeddings.position_ids"] = Tensor::zeros({1, 6});
  save();
  refused(65, {"unexpected: \"bert.embeddings.position_ids\" [1, 6]"});
}

TEST_F(LoadWeightsTest, AcceptsTiedCopiesThatAreEqual) {
  tensors_[kDecoder] = tensors_[kWords].clone();
  save();
  load();
  EXPECT_TRUE(same_bits(source_, target_));
}

TEST_F(LoadWeightsTest, RefusesTiedCopiesThatDiffer) {
  tensors_[kDecoder] = tensors_[kWords].clone();
  tensors_[kDecoder].data()[5] += 0.5;
  save();
  refused(65, {"\"cls.predictions.decoder.weight\" and \"bert.embeddings.word_embeddings.weight\" "
               "are one tensor [11, 8] in this model, but differ in the file: in 1 elements, by up "
               "to 0.5"});
}

TEST_F(LoadWeightsTest, AnAliasAloneIsEnough) {
  tensors_[kDecoder] = tensors_[kWords];
  tensors_.erase(kWords);
  save();
  load();
  EXPECT_TRUE(same_bits(source_, target_));
}

TEST_F(LoadWeightsTest, ANameThatIsUnusedGivesWay) {
  const std::string unused = "cls.predictions.bias", used = "cls.predictions.decoder.bias";
  tensors_[used] = tensors_[unused].clone();
  tensors_[unused] = Tensor::zeros({11});
  save();
  expect_thrown([&] { load(); }, 65, {"differ in the file"});
  load({.unused = {unused}});
  EXPECT_TRUE(same_bits(source_, target_));
  tensors_.erase(used);
  save();
  load({.unused = {unused}});
  EXPECT_EQ(target_.part(unused).value.data()[3], 0);
}

TEST_F(LoadWeightsTest, ListsEverythingThatDoesNotFitAndChangesNothing) {
  tensors_.erase("cls.seq_relationship.bias");
  tensors_.erase("bert.encoder.layer.2.attention.self.key.weight");
  tensors_["classifier.weight"] = Tensor::zeros({3, 8});
  tensors_["bert.pooler.dense.bias"] = Tensor::zeros({9});
  tensors_[kDecoder] = Tensor::zeros({11, 4});
  save();
  const SmallModel before(small_bert(), 2);
  refused(65, {"model.safetensors: doesn't fit this model:\n",
               "\n  missing: \"bert.encoder.layer.2.attention.self.key.weight\" [8, 8]\n",
               "\n  missing: \"cls.seq_relationship.bias\" [2]\n",
               "\n  unexpected: \"classifier.weight\" [3, 8]\n",
               "\n  of another shape: \"bert.pooler.dense.bias\" is [9] in the file, [8] in the",
               "\n  of another shape: \"cls.predictions.decoder.weight\" is [11, 4] in the file, "
               "[11, 8] in the model"});
  EXPECT_TRUE(same_bits(before, target_));
}

TEST_F(LoadWeightsTest, AListOfManyIsCut) {
  for (int i = 0; i < 1000; ++i) tensors_[fmt::format("x{}", i)] = Tensor::zeros({1});
  save();
  refused(65, {"unexpected: … and 800 more"});
  EXPECT_LT(thrown_by([&] { load(); }).message.size(), 10000);
}

TEST_F(LoadWeightsTest, TheFilesAliasesMustBeTheModels) {
  const std::string biases = R"("cls.predictions.decoder.bias": "cls.predictions.bias")";
  const std::string words =
      R"("cls.predictions.decoder.weight": "bert.embeddings.word_embeddings.weight")";
  save("model.safetensors", {{kAliasesKey, "{" + words + "," + biases + "}"}});
  EXPECT_NO_THROW(load());
  refused_with({{kAliasesKey, "{" + biases + "}"}},
               {"\n  sharing: \"cls.predictions.decoder.weight\" and "
                "\"bert.embeddings.word_embeddings.weight\" are one tensor in the model, not in "
                "the file"});
  const std::string layers =
      R"("bert.encoder.layer.1.output.dense.bias": "bert.encoder.layer.0.output.dense.bias")";
  refused_with({{kAliasesKey, "{" + words + "," + biases + "," + layers + "}"}},
               {"\n  sharing: \"bert.encoder.layer.1.output.dense.bias\" and "
                "\"bert.encoder.layer.0.output.dense.bias\" are one tensor in the file, not in "
                "the model"});
  refused_with({{kAliasesKey, "{\"a\": 3}"}}, {"sharing: \"a\" and \"\""});
  refused_with({{kAliasesKey, "[]"}}, {"metadata \"aliases\": expected an object"});
  refused_with({{kAliasesKey, "{"}}, {"metadata \"aliases\""});
}

TEST_F(LoadWeightsTest, ReadsShards) {
  const auto all = tensors_;
  std::string map;
  for (const bool second : {false, true}) {
    tensors_.clear();
    const std::string file = second ? "b.safetensors" : "a.safetensors";
    for (const auto& [name, tensor] : all) {
      if (name.starts_with("cls") != second) continue;
      tensors_[name] = tensor;
      map += fmt::format("{}\"{}\": \"{}\"", map.empty() ? "" : ",", name, file);
    }
    save(file);
  }
  const auto index = [&](const std::string& entries) {
    folder_.write("model.safetensors.index.json", "{\"weight_map\": {" + entries + "}}");
  };
  index(map);
  load();
  EXPECT_TRUE(same_bits(source_, target_));

  index(map + R"(,"x": "../a.safetensors")");
  refused(65, {"index.json: the tensor \"x\" is said to be in", "expected the name of a file"});
  index(map + R"(,"x": "/etc/passwd")");
  refused(65, {"expected the name of a file"});
  index(map + R"(,"x": 3)");
  refused(65, {"expected the name of a file"});
  index(map + R"(,"x": "a.safetensors")");
  refused(65, {"tensor \"x\" isn't in a.safetensors"});
  index(map + R"(,"x": "c.safetensors")");
  refused(66, {"c.safetensors"});
  tensors_ = {{"x", Tensor::zeros({1})}};
  save("elsewhere");
  std::filesystem::create_symlink("elsewhere", folder_ / "c.safetensors");
  EXPECT_EQ(thrown_by([&] { load(); }).message.find("doesn't fit"), std::string::npos);
  std::filesystem::remove(folder_ / "c.safetensors");
  tensors_ = all;
  save("c.safetensors");
  refused(65, {"is in ", "as well"});
  folder_.write("model.safetensors.index.json", "[]");
  refused(65, {"has no object \"weight_map\""});
}

TEST_F(LoadWeightsTest, RefusesMissingAndDamagedFiles) {
  refused(66, {": has no model.safetensors"});
  folder_.write("pytorch_model.bin", "x");
  refused(66, {"pytorch_model.bin isn't read"});
  save();
  const std::string whole = read_file(folder_ / "model.safetensors");
  for (size_t length = 0; length < whole.size(); length += 1 + length / 16) {
    folder_.write("model.safetensors", whole.substr(0, length));
    EXPECT_EQ(thrown_by([&] { load(); }).code, 65) << length;
  }
  folder_.write("model.safetensors", whole + "x");
  EXPECT_EQ(thrown_by([&] { load(); }).code, 65);
  tensors_["bert.pooler.dense.bias"] = Tensor::zeros({8}, DType::i32);
  save();
  refused(65, {"bert.pooler.dense.bias"});
}

TEST(LoadWeights, ReadsNarrowTypes) {
  TemporaryFolder folder;
  auto parameter = std::make_shared<Parameter>(Shape{2});
  parameter->parts()[0].name = "w";
  std::string header = R"({"w":{"dtype":"BF16","shape":[2],"data_offsets":[0,4]}})";
  std::string bytes(8, '\0');
  bytes[0] = static_cast<char>(header.size());
  folder.write("model.safetensors", bytes + header + std::string("\x80\x3f\x00\xc0", 4));
  load_weights(folder.path(), {parameter});
  EXPECT_EQ(parameter->value().data()[0], 1);
  EXPECT_EQ(parameter->value().data()[1], -2);
}

}  // namespace
}  // namespace reprise
