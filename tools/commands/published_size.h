// A paper's number of parameters beside the exact ones.
//
// Papers round to millions and seldom say what they count. Each convention that is in use is tried, and
// the first one that gives the published number is named.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "tools/trainer/ledger.h"
#include "tools/trainer/run_config.h"

namespace reprise {

struct CountingConvention {
  std::string name;  // "with the pooler, without heads"
  int64_t count;
};

// All there are for an encoder's ledger: Hugging Face's base model first. Where the embeddings are as wide
// as the layers, before these the same without the projection between them, which Google's code leaves out
// then.
std::vector<CountingConvention> counting_conventions(const Ledger& ledger, const EncoderConfig& config);

// The one that rounds to the published number; nothing when none does.
std::optional<CountingConvention> matching_convention(const PublishedConfig& published,
                                                      const std::vector<CountingConvention>& all);

}  // namespace reprise
