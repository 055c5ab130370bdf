// The model card: README.md of a finished run's final/, for people who find the model later. After
// Mitchell et al. 2019, "Model Cards for Model Reporting".
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "core/json.h"
#include "tools/trainer/run_config.h"

namespace reprise {

// What the card can't get from the configuration.
struct TrainedFacts {
  std::string name;  // of the run
  int64_t steps = 0;
  std::optional<int64_t> best_step{};  // that the weights are of; nothing: of the last one
  double seconds = 0;            // of training
  std::optional<double> joules{};  // nothing: not measured
  std::string processor;
  int threads = 1;
  int64_t peak_bytes = 0;      // of memory
  Json eval{}, test{};             // the scores, as metrics.jsonl has them; null: there are none
  std::vector<std::string> started_anew{};  // heads that the pretrained model lacked
  Json settings{};  // all of the recipe, which makes such a model again
};

// config: the session's. Reads the files of the data, for their hashes; a file that is gone by now is said
// to be.
std::string model_card(const RunConfig& config, const TrainedFacts& facts);

// The last object under that key in a file of metrics, of that step; null when there is none.
Json last_scores(const std::string& metrics, const std::string& key, int64_t step);

}  // namespace reprise
