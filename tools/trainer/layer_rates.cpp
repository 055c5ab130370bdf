#include "tools/trainer/layer_rates.h"

#include <cmath>
#include <map>

#include "layers/models/encoder_names.h"

namespace reprise {

namespace {

// The mean of a + 1 over the applications a that use the set.
double mean_depth(const SharingPlan& plan, LayerPart part, int set) {
  double sum = 0, uses = 0;
  for (int a = 0; a < plan.applications(); ++a) {
    if (plan.set(part, a) != set) continue;
    sum += a + 1;
    ++uses;
  }
  return sum / uses;
}

}  // namespace

std::function<double(const std::string& part)> layer_rates(const EncoderConfig& config, double decay) {
  const SharingPlan plan = config.plan();
  const EncoderNames names(config);
  std::map<std::string, double, std::less<>> depths;  // of a layer's path
  for (int p = 0; p < kLayerParts; ++p) {
    const auto part = static_cast<LayerPart>(p);
    for (int set = 0; set < plan.count(part); ++set) {
      for (const std::string& path : names.paths(part, set)) depths[path] = mean_depth(plan, part, set);
    }
    for (int a = 0; a < plan.applications(); ++a) {
      for (const std::string& path : names.paths_of_use(part, a)) depths[path] = a + 1;
    }
  }
  const double top = plan.applications() + 1;
  return [=, embeddings = names.embeddings + ".", projection = names.projection + "."](const std::string& part) {
    double depth = top;
    if (part.starts_with(embeddings) || part.starts_with(projection)) depth = 0;
    // "…query.lora_A.weight" lies below "…query".
    for (size_t dot = part.rfind('.'); dot != part.npos && dot > 0; dot = part.rfind('.', dot - 1)) {
      const auto known = depths.find(std::string_view(part).substr(0, dot));
      if (known == depths.end()) continue;
      depth = known->second;
      break;
    }
    return std::pow(decay, top - depth);
  };
}

}  // namespace reprise
