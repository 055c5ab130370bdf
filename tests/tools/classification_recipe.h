// A table that can be learnt, and a recipe that learns it.
#pragma once

#include <sstream>
#include <string>

#include "tests/tools/tiny_runs.h"

namespace reprise {

// Rows "text,label" that can be told apart: the label is the first word.
inline std::string rows(int count, uint64_t seed, const std::string& separator = ",") {
  constexpr const char* kLabels[] = {"blue", "green", "red"};
  std::istringstream sentences(tiny_text(1, count, seed));
  std::string text = "text" + separator + "label\n", sentence;
  for (int i = 0; std::getline(sentences, sentence) && !sentence.empty(); ++i) {
    text += std::string(kLabels[i % 3]) + " " + sentence + separator + kLabels[i % 3] + "\n";
  }
  return text;
}

// A small model that learns them.
inline Json recipe_of(const std::string& model) {
  Json recipe = tiny_recipe(model);
  recipe["task"] = "classification";
  recipe["model"]["classifier_dropout_prob"] = 0.1;
  recipe["data"] = {{"type", "classification"}, {"train", "train.csv"}, {"test", "test.csv"}, {"max_length", 24}};
  recipe["optimizer"] = {{"type", "adamw"}, {"learning_rate", 0.003}};
  recipe["training"] = {{"epochs", 12}, {"batch_size", 8}, {"checkpoint_every", 10}, {"eval_every", 20}};
  return recipe;
}

}  // namespace reprise
