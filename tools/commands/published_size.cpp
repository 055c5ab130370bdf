#include "tools/commands/published_size.h"

#include <algorithm>

namespace reprise {

namespace {

// To the nearest million, as papers print it.
int64_t millions(int64_t count) { return (count + 500'000) / 1'000'000; }

}  // namespace

std::vector<CountingConvention> counting_conventions(const Ledger& ledger,
                                                     const EncoderConfig& config) {
  std::vector<CountingConvention> all = {
      {"with the pooler, without heads", ledger.base_model()},
      {"without pooler and heads", ledger.base_model() - ledger.entry("pooler").stored()},
      {"with the pooler and both heads", ledger.stored()},
  };
  if (!config.embedding_projection() || config.embedding_width() != config.hidden_size) return all;
  const int64_t projection = ledger.entry("embedding_projection").stored();
  std::vector<CountingConvention> googles = all;
  for (CountingConvention& convention : googles) {
    convention.name += ", without the projection";
    convention.count -= projection;
  }
  all.insert(all.begin(), googles.begin(), googles.end());
  return all;
}

std::optional<CountingConvention> matching_convention(const PublishedConfig& published,
                                                      const std::vector<CountingConvention>& all) {
  const auto match = std::find_if(all.begin(), all.end(), [&](const CountingConvention& convention) {
    return millions(convention.count) == millions(published.parameters);
  });
  return match == all.end() ? std::nullopt : std::optional(*match);
}

}  // namespace reprise
