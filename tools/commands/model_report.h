// What `reprise inspect` says of a configuration: one in detail, or several side by side.
#pragma once

#include <string>
#include <vector>

#include "core/json.h"
#include "tools/trainer/ledger.h"
#include "tools/trainer/memory_estimate.h"
#include "tools/trainer/run_config.h"

namespace reprise {

struct ModelReport {
  std::string name;
  RunConfig config;
  Workload work;
  Ledger ledger;
  MemoryEstimate memory;

  bool has_published_size() const { return config.published && config.model.is_encoder(); }
};

// Needs neither data nor memory of the model's size. Throws ConfigError when it can't be counted.
ModelReport make_report(std::string name, RunConfig config);

// The ledger of one model; a table of a few, whose ratios are those of the first to the others; or a row
// for each of many.
std::string report_text(const std::vector<ModelReport>& reports);

// {"configs": [{"name": …, "bytes": …, "multiply_adds": …, "workload": …, "sharing": …,
//   "parameters": {"stored": …, "unshared": …, "base_model": …, "connections": …, "published": …,
//                  "components": …}}, …]}
// connections are there for models of images, published where the recipe gives a paper's number. Of a single report, its object's members stand at the top
// level as well. bytes are estimates where MemoryEstimate says so; multiply_adds are of one sequence's
// forward pass.
Json report_json(const std::vector<ModelReport>& reports);

}  // namespace reprise
