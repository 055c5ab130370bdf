#include "data/text_config.h"

namespace reprise {

namespace {

Behaviour behaviour_of(const TextDataConfig& config) {
  return config.behaviour == "released" ? Behaviour::released : Behaviour::paper;
}

}  // namespace

void MaskingConfig::check(Problems& problems) const {
  if (mask_share + random_share > 1 + 1e-9) {
    problems.add("random_share",
                 fmt::format("mask_share {} and random_share {} together are more than 1",
                             mask_share, random_share));
  }
}

void TextFilesConfig::check(Problems& problems) const {
  if (!pattern && files.empty()) problems.add("files", "no text file is given");
}

std::vector<std::string> TextFilesConfig::paths() const {
  std::vector<std::string> all(files.begin(), files.end());
  if (pattern) all.insert(all.begin(), *pattern);
  return all;
}

PairSettings pair_settings(const TextDataConfig& config) {
  PairSettings settings;
  settings.max_length = config.max_length;
  settings.task = config.sentence_task == "sop"   ? SentenceTask::sop
                  : config.sentence_task == "nsp" ? SentenceTask::nsp
                                                  : SentenceTask::none;
  settings.short_sequence_probability = config.short_sequence_probability;
  settings.behaviour = behaviour_of(config);
  return settings;
}

MaskingSettings masking_settings(const TextDataConfig& config) {
  MaskingSettings settings;
  settings.strategy = config.masking.strategy == "token"        ? MaskingStrategy::token
                      : config.masking.strategy == "whole_word" ? MaskingStrategy::whole_word
                                                                : MaskingStrategy::ngram;
  settings.probability = config.masking.probability;
  settings.max_predictions = config.masking.max_predictions.value_or(0);
  settings.max_ngram = config.masking.max_ngram;
  settings.mask_share = config.masking.mask_share;
  settings.random_share = config.masking.random_share;
  settings.behaviour = behaviour_of(config);
  return settings;
}

}  // namespace reprise
