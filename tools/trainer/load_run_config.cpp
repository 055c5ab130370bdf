// Apart from run_config.cpp, so that configurations can be made without the code that reads
// pretrained models.
#include "tools/trainer/pretrained_config.h"
#include "tools/trainer/recipes.h"
#include "tools/trainer/run_config.h"

namespace reprise {

namespace {

// Pretrained weights mean something with the vocabulary that they were trained on.
void keep_pretrained_vocabulary(RunConfig& config) {
  VocabularyConfig* vocabulary = config.data.vocabulary();
  const auto& folder = config.model.init_from;
  if (vocabulary && !vocabulary->path && folder && has_vocabulary(folder->string())) {
    vocabulary->path = *folder;
  }
}

}  // namespace

RunConfig load_run_config(const std::string& name, const std::vector<std::string>& overrides) {
  ConfigSource source = load_config(find_recipe(name), overrides);
  apply_pretrained_config(source);
  RunConfig config = bind<RunConfig>(source);
  config.model = config.model.resolved();
  config.optimizer = config.optimizer.resolved();
  keep_pretrained_vocabulary(config);
  return config;
}

}  // namespace reprise
