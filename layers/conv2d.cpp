#include "layers/conv2d.h"

#include "autograd/ops.h"
#include "core/error.h"

namespace reprise {

namespace {

constexpr double kMostMaps = 1 << 24;

// [sizes..] behind the places that weights which aren't shared begin with.
Shape weight_shape(const Conv2dConfig& config, Size2d places, std::initializer_list<int64_t> sizes) {
  std::vector<int64_t> all(sizes);
  if (!config.shared) all.insert(all.begin(), {places.height, places.width});
  return Shape(std::span<const int64_t>(all));
}

}  // namespace

// ---- config

void Conv2dConfig::fields(Fields& f) {
  f("channels", channels, "output maps").between(1, kMostMaps).required();
  window.fields(f);
  f("padding_value", padding_value, "what padding consists of");
  f("groups", groups, "input and output maps are cut into groups that don't see each other")
      .between(1, kMostMaps);
  f("connections", connections,
    "\"full\", or for each output map the list of input maps that it sees");
  f("shared", shared, "all units of a map have the same weights; false: each has its own");
  f("bias", bias, "a bias for each map, for each unit, or none (shared: map; otherwise unit)")
      .one_of({"map", "unit", "none"});
}

void Conv2dConfig::check(Problems& problems) const {
  if (channels % groups != 0) {
    problems.add("groups", fmt::format("{} groups don't divide {} channels", groups, channels));
  }
  if (!connections.full() && groups != 1) {
    problems.add("groups", "a table of connections says already which maps see each other");
  }
}

Shape Conv2dConfig::output_shape(const Shape& input) const {
  check_image("conv2d", input);
  if (input[0] % groups != 0 || channels % groups != 0) {
    throw ShapeError("conv2d: {} groups don't divide the maps of the input {} and of the {} outputs",
                     groups, input, channels);
  }
  connections.check_fit(channels, input[0]);
  const Size2d places = window_places("conv2d", {input[1], input[2]}, window.kernel_size(),
                                      window.stride_or(1), window.padding_size());
  return {channels, places.height, places.width};
}

int64_t Conv2dConfig::fan_in(int64_t in, int64_t map) const {
  const int64_t maps = connections.full() ? in / groups : std::ssize((*connections.maps)[map].from);
  return (ExactCount(maps) * window.kernel_size().area()).value();
}

LayerCost Conv2dConfig::cost(const Shape& input) const {
  const Shape output = output_shape(input);
  const ExactCount places = ExactCount(output[1]) * output[2];
  ExactCount inputs = 0;  // of a unit of each map, together
  if (connections.full()) {
    inputs = ExactCount(channels) * fan_in(input[0], 0);
  } else {
    for (int64_t map = 0; map < channels; ++map) inputs = inputs + fan_in(input[0], map);
  }
  const ExactCount biases = has_bias() ? channels : 0;
  const ExactCount weights = shared ? inputs : inputs * places;
  return {.parameters = weights + (bias_per_unit() ? biases * places : biases),
          .connections = places * (inputs + biases),
          .multiply_adds = places * inputs,
          .uses = shared ? places.value() : 1};
}

std::unique_ptr<Layer> Conv2dConfig::make(const Shape& input) const {
  return std::make_unique<Conv2d>(*this, input);
}

void Conv2dConfig::unshare() {
  shared = false;
  if (has_bias()) bias = "unit";
}

// ---- layer

Conv2d::Conv2d(const Conv2dConfig& config, const Shape& input) : config_(config), input_(input) {
  const Shape output = config.output_shape(input);
  places_ = {output[1], output[2]};
  const Size2d kernel = config.window.kernel_size();
  if (config.connections.full()) {
    weight_ = std::make_shared<Parameter>(
        weight_shape(config, places_, {config.channels, input[0] / config.groups, kernel.height,
                                       kernel.width}));
  } else {
    const std::vector<int32_t> pairs = config.connections.pairs(input[0]);
    pairs_ = Tensor::of({std::ssize(pairs)}, std::span<const int32_t>(pairs));
    weight_ = std::make_shared<Parameter>(
        weight_shape(config, places_, {std::ssize(pairs), kernel.height, kernel.width}));
  }
  if (!config.has_bias()) return;
  bias_ = std::make_shared<Parameter>(
      config.bias_per_unit() ? output : Shape{config.channels});
}

// The weights as the ops take them: of a table's pairs, spread out with zeros where there is no pair.
Variable Conv2d::weight(const Context& context) const {
  const Variable stored = context.bind(weight_);
  if (!pairs_.defined()) return stored;
  const int64_t out = config_.channels, in = input_[0];
  const Size2d kernel = config_.window.kernel_size();
  return view(index_add(stored, -3, pairs_, out * in),
              weight_shape(config_, places_, {out, in, kernel.height, kernel.width}));
}

Variable Conv2d::forward(const Context& context, const Variable& x) const {
  const Conv2dOptions options{.stride = config_.window.stride_or(1),
                              .padding = config_.window.padding_size(),
                              .groups = config_.groups,
                              .padding_value = config_.padding_value};
  const Variable bias = bias_ ? context.bind(bias_) : Variable();
  return config_.shared ? conv2d(x, weight(context), bias, options)
                        : locally_connected2d(x, weight(context), bias, options);
}

void Conv2d::collect(Collector& collector, const std::string& path) const {
  const auto fan_in = [this](int64_t map) { return config_.fan_in(input_[0], map); };
  std::vector<int64_t> of_maps, of_pairs;
  for (int64_t map = 0; map < config_.channels; ++map) {
    of_maps.push_back(fan_in(map));
    if (config_.connections.full()) continue;
    of_pairs.resize(of_pairs.size() + (*config_.connections.maps)[map].from.size(), fan_in(map));
  }
  const FanIn to_weight = config_.connections.full()
                              ? FanIn{{fan_in(0)}}
                              : FanIn{of_pairs, config_.window.kernel_size().area()};
  collector.add(weight_, Start::random, {path + ".weight"}, to_weight);
  if (!bias_) return;
  collector.add(bias_, Start::zeros, {path + ".bias"},
                {of_maps, config_.bias_per_unit() ? places_.area() : 1});
}

Shape Conv2d::output_shape(const Shape& input) const {
  const Shape output = config_.output_shape(input);
  const bool any_size = config_.shared && !config_.bias_per_unit();
  if (input[0] != input_[0] || (!any_size && input != input_)) {
    throw ShapeError("conv2d: made for an input of {}, this one is {}", input_, input);
  }
  return output;
}

}  // namespace reprise
