// RunDirectory: everything that a run leaves behind, in one folder that one process at a time may use.
//
//   lock            who is at work here
//   config.json     the resolved configuration
//   metrics.jsonl   a line per step and per evaluation
//   log.txt         what was said
//   tokenizer/      the vocabulary, for text
//   checkpoints/    step-00000100/ …
//   best/           the weights of the best evaluation, with training.keep_best
//   final/          the trained model as a Hugging Face folder; there when the run is finished
#pragma once

#include <optional>
#include <string>

#include "core/json.h"
#include "core/run_lock.h"
#include "data/dataset.h"

namespace reprise {

class RunDirectory {
 public:
  // Makes the folder where it doesn't exist, and takes it. Throws Error: locked when another process has
  // it, cannot_create.
  explicit RunDirectory(const std::string& path);

  const std::string& path() const { return path_; }
  std::string file(const std::string& name) const { return path_ + "/" + name; }
  std::string checkpoints() const { return file("checkpoints"); }
  std::string best() const { return file("best"); }
  std::string final_folder() const { return file("final"); }

  // True when the trained model is there and whole.
  bool finished() const;
  // True when some run has been here.
  bool used() const;
  // Throws Error (config) naming the first keys that differ unless the run that was here had this
  // resolved configuration.
  void check_same_config(const Json& config) const;
  void write_config(const Json& config) const;
  // A copy of the data's vocabulary, in tokenizer/.
  void write_tokenizer(const Dataset& dataset) const;
  std::string tokenizer() const { return file("tokenizer"); }

 private:
  std::string path_;
  std::optional<RunLock> lock_;
};

// Hash of a resolved configuration, as checkpoints keep it.
std::string config_hash(const Json& config);

}  // namespace reprise
