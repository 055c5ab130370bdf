// The datasets by name: one table from data.type to what makes it. A new dataset is one row.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "core/config.h"
#include "data/batches.h"
#include "data/dataset.h"
#include "data/text_config.h"

namespace reprise {

std::vector<std::string> dataset_types();

struct DataConfig {
  std::string type = "text";
  TextDataConfig text;    // of type "text"
  BatchesConfig batches;  // of type "batches"

  void fields(Fields& f) {
    f("type", type, "text: files of sentences; batches: ready-made batches")
        .one_of(dataset_types());
    if (type == "text") text.fields(f);
    if (type == "batches") batches.fields(f);
  }
};

// Loads the data. Throws what the dataset's constructor throws.
std::unique_ptr<Dataset> make_dataset(const DataConfig& config, const DatasetSettings& settings);

}  // namespace reprise
