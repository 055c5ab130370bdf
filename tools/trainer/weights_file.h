// The weights of a model folder: model.safetensors, or the shards that model.safetensors.index.json
// names. Seen from outside, one set of named tensors.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "core/safetensors.h"

namespace reprise {

class WeightsFile {
 public:
  // Throws Error (no_input) when the folder has neither file, and DataError for a file that is
  // damaged, and for an index that doesn't match its shards or names a file outside the folder.
  static WeightsFile open(const std::string& folder);

  const std::string& path() const { return path_; }  // of the file or the index, for messages
  // Every tensor's name, and the file (an index into the shards) that holds it.
  const std::map<std::string, size_t, std::less<>>& tensors() const { return tensors_; }
  const SafetensorsInfo& info(const std::string& name) const;
  Tensor load(const std::string& name) const;
  // The text under a metadata key in the first file that has it, or null.
  const std::string* metadata(std::string_view key) const;

 private:
  void add(SafetensorsFile file);
  void add_shards(const std::string& folder);

  std::string path_;
  std::vector<SafetensorsFile> files_;
  std::map<std::string, size_t, std::less<>> tensors_;
};

}  // namespace reprise
