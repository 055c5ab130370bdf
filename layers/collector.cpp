#include "layers/collector.h"

#include "core/error.h"

namespace reprise {

void Collector::add(const ParameterPtr& parameter, const Started& started,
                    const std::vector<std::string>& paths) {
  std::vector<Parameter::Part>& parts = parameter->parts();
  if (paths.size() != parts.size()) {
    throw UsageError("collector: {} paths for a parameter of {} parts ({})", paths.size(),
                     parts.size(), paths.empty() ? "" : paths[0]);
  }
  for (const std::string& path : paths) {
    const auto [at, fresh] = paths_.emplace(path, parameter.get());
    if (!fresh && at->second != parameter.get()) {
      throw UsageError("collector: two parameters under the path {}", path);
    }
  }
  const bool first = starts_.emplace(parameter.get(), started).second;
  if (first) parameters_.push_back(parameter);
  for (size_t p = 0; p < parts.size(); ++p) {
    if (first) {
      parts[p].name = paths[p];
      parts[p].aliases.clear();
    } else if (paths[p] != parts[p].name) {
      parts[p].aliases.push_back(paths[p]);
    }
  }
}

}  // namespace reprise
