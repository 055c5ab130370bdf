// reprise convert: a trained model under another sharing plan.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace CLI {
class App;
}

namespace reprise {

struct ConvertOptions {
  std::string model;                // a folder with config.json and model.safetensors
  std::string sharing;              // a strategy's name, or a section in JSON
  std::string by = "first";         // see convert_sharing.h
  std::optional<int64_t> rank = {};  // in place of the section's
  bool materialize = false;         // write what Transformers can load
  std::string output = {};
  std::optional<std::string> data = {};  // a recipe whose held-out data tells what it costs
};

// Writes the folder `output`: config.json, model.safetensors, and of what else the model's folder has, its
// vocabulary and its license. Returns a few lines: the plans, sizes, and losses when there are data.
//
// A plan that Transformers can't express is refused, unless it is to be materialized (then every use has its
// weights in the file) or relaxed (then the format is ours: additions can't be anywhere else).
// Throws ConfigError for a plan that doesn't fit, Error (usage) for one that is refused, (no_input) and
// DataError for the model or the data, (cannot_create) when the output is there already. Nothing is written then.
std::string convert(const ConvertOptions& options);

// Adds the command to the program.
void add_convert(CLI::App& app, ConvertOptions& options);

}  // namespace reprise
