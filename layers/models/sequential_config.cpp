#include "layers/models/sequential_config.h"

#include <set>

#include "core/error.h"

namespace reprise {

namespace {

constexpr double kMost = 1 << 24;  // of any size: keeps products of sizes countable

}  // namespace

void SequentialConfig::fields(Fields& f) {
  f("type", type, "sequential: layers one after the other").one_of({"sequential"});
  sizes(f);
}

void SequentialConfig::sizes(Fields& f) {
  f("input", input, "shape of one sample: [channels, height, width], or [features]")
      .count_between(1, 3).between(1, kMost).required();
  f("layers", layers, "from the input to the output").count_between(1, 10000).required();
  f("locally_connected", locally_connected,
    "undo all sharing inside convolutions and subsamplings: every connection has its own weight");
  f("initializer", initializer,
    "how weights start; pytorch and lecun go by the inputs of a unit, F: within 1/√F or 2.4/F")
      .one_of(initializer_names());
  if (initializer == "normal" || initializer == "truncated_normal") {
    f("initializer_range", initializer_range, "standard deviation").above(0);
  }
}

void SequentialConfig::check(Problems& problems) const {
  if (input.size() == 2) {
    return problems.add("input", "is [channels, height, width] or [features], not two numbers");
  }
  std::set<std::string> names;
  const std::vector<LayerConfig> all = layers_to_build();
  for (size_t i = 0; i < all.size(); ++i) {
    if (names.insert(*all[i].name).second) continue;
    problems.add(fmt::format("layers.{}.name", i),
                 fmt::format("two layers are called \"{}\"", *all[i].name));
  }
  size_t at = 0;
  try {
    for (Shape shape = input_shape(); at < all.size(); ++at) {
      all[at].cost(shape);
      shape = all[at].output_shape(shape);
    }
  } catch (const Error& error) {  // what stands behind it can't be checked
    problems.add(fmt::format("layers.{}", at), error.what());
  }
}

Shape SequentialConfig::output_shape() const {
  Shape shape = input_shape();
  for (const LayerConfig& layer : layers_to_build()) shape = layer.output_shape(shape);
  return shape;
}

std::vector<SequentialConfig::Step> SequentialConfig::steps() const {
  std::vector<Step> steps;
  Shape shape = input_shape();
  for (const LayerConfig& layer : layers_to_build()) {
    const LayerCost cost = layer.cost(shape);
    shape = layer.output_shape(shape);
    steps.push_back({*layer.name, layer.type, shape, cost});
  }
  return steps;
}

std::vector<LayerConfig> SequentialConfig::layers_to_build() const {
  std::vector<LayerConfig> all = layers;
  for (size_t i = 0; i < all.size(); ++i) {
    if (locally_connected) all[i].unshare();
    if (!all[i].name) all[i].name = std::to_string(i);
  }
  return all;
}

}  // namespace reprise
