#include "tools/trainer/weights_file.h"

#include <filesystem>
#include <set>

#include "core/error.h"
#include "core/json.h"
#include "core/printable.h"

namespace reprise {

namespace {

constexpr const char* kWeights = "model.safetensors";
constexpr const char* kIndex = "model.safetensors.index.json";
constexpr size_t kMostShards = 256;  // all are open at once

bool has_file(const std::filesystem::path& path) {
  std::error_code ignored;
  return std::filesystem::exists(path, ignored);
}

// A file name that can't lead out of its folder.
bool is_bare(const std::string& name) {
  return !name.empty() && name[0] != '.' && name.find_first_of(std::string("/\\\0", 3)) ==
         std::string::npos;
}

// The index's map from tensors to shards. Throws DataError unless it is one.
const Json& weight_map(const JsonDocument& index) {
  const Json& root = index.value();
  const auto at = root.is_object() ? root.find("weight_map") : root.end();
  if (at == root.end() || !at->is_object()) {
    throw DataError("{}: has no object \"weight_map\"", printable(index.file()));
  }
  for (const auto& [tensor, shard] : at->items()) {
    if (shard.is_string() && is_bare(shard.get<std::string>())) continue;
    throw DataError("{}: the tensor \"{}\" is said to be in {}; expected the name of a file in the "
                    "same folder",
                    printable(index.file()), printable(tensor), describe_json(shard));
  }
  return *at;
}

}  // namespace

WeightsFile WeightsFile::open(const std::string& folder) {
  const std::filesystem::path at(folder);
  WeightsFile weights;
  if (has_file(at / kWeights)) {
    weights.path_ = (at / kWeights).string();
    weights.add(SafetensorsFile::open(weights.path_));
  } else if (has_file(at / kIndex)) {
    weights.path_ = (at / kIndex).string();
    weights.add_shards(folder);
  } else {
    throw Error(ExitCode::no_input, "{}: has no {}{}", printable(folder), kWeights,
                has_file(at / "pytorch_model.bin")
                    ? "; pytorch_model.bin isn't read, as such files can hold programs: load it "
                      "with Transformers and save_pretrained() it"
                    : "");
  }
  return weights;
}

void WeightsFile::add(SafetensorsFile file) {
  for (const std::string& name : file.names()) {
    const auto [at, fresh] = tensors_.emplace(name, files_.size());
    if (!fresh) {
      throw DataError("{}: tensor \"{}\": is in {} as well", printable(file.path()),
                      printable(name), printable(files_[at->second].path()));
    }
  }
  files_.push_back(std::move(file));
}

void WeightsFile::add_shards(const std::string& folder) {
  const JsonDocument index = read_json(path_);
  const Json& map = weight_map(index);
  std::set<std::string> shards;
  for (const auto& [tensor, shard] : map.items()) shards.insert(shard.get<std::string>());
  if (shards.size() > kMostShards) {
    throw DataError("{}: names {} files; at most {} are read", printable(path_), shards.size(),
                    kMostShards);
  }
  for (const std::string& shard : shards) {
    add(SafetensorsFile::open((std::filesystem::path(folder) / shard).string(), Links::refuse));
  }
  for (const auto& [tensor, shard] : map.items()) {
    const auto at = tensors_.find(tensor);
    const auto name = shard.get<std::string>();
    if (at != tensors_.end() &&
        std::filesystem::path(files_[at->second].path()).filename() == name) {
      continue;
    }
    throw DataError("{}: tensor \"{}\" isn't in {}, where it is said to be", printable(path_),
                    printable(tensor), printable(name));
  }
}

const SafetensorsInfo& WeightsFile::info(const std::string& name) const {
  return files_[tensors_.at(name)].info(name);
}

Tensor WeightsFile::load(const std::string& name) const {
  return files_[tensors_.at(name)].load(name);
}

const std::string* WeightsFile::metadata(std::string_view key) const {
  for (const SafetensorsFile& file : files_) {
    const auto at = file.metadata().find(key);
    if (at != file.metadata().end()) return &at->second;
  }
  return nullptr;
}

}  // namespace reprise
