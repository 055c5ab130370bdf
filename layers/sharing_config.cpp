#include "layers/sharing_config.h"

#include <algorithm>

#include "layers/sharing_strategies.h"

namespace reprise {

namespace {

template <class Sharing>
void common_fields(Fields& f, Sharing& sharing, std::vector<std::string> strategies) {
  f("strategy", sharing.strategy, "which layers use the same weights").one_of(std::move(strategies))
      .required();
  f("sets", sharing.sets, "how many different sets of weights there are").at_least(1);
  if (sharing.strategy == "map") {
    f("map", sharing.map, "the set of weights that each layer uses; sets are numbered from 0 in the "
                          "order of their first use").at_least(0).required();
  }
}

}  // namespace

void PartSharing::fields(Fields& f) { common_fields(f, *this, part_strategy_names()); }

void SharingConfig::fields(Fields& f) {
  common_fields(f, *this, strategy_names());
  f("attention", attention, "sharing of the attention blocks, if not as the rest");
  f("attention_norm", attention_norm, "of the norms after them, if not as the blocks");
  f("feed_forward", feed_forward, "of the feed-forward blocks, if not as the rest");
  f("feed_forward_norm", feed_forward_norm, "of the norms after them, if not as the blocks");
  f("rank", rank, "relaxed sharing: each use of a shared matrix adds one of this rank of its own; 0: none")
      .between(0, 1 << 24);
  f("alpha", alpha, "that addition is scaled by alpha / rank (null: by 1)").above(0);
  f("per_use", per_use, "what every use of a layer has of its own: norms, biases")
      .one_of({"norms", "biases"});
}

void SharingConfig::check(Problems& problems) const {
  if (alpha && rank == 0) {
    problems.add("alpha", "scales the additions of relaxed sharing, and there are none: \"rank\" is 0");
  }
}

bool SharingConfig::own(const char* what) const {
  return std::find(per_use.begin(), per_use.end(), what) != per_use.end();
}

Relaxation SharingConfig::relaxation() const {
  return {.rank = rank,
          .scale = alpha && rank > 0 ? *alpha / static_cast<double>(rank) : 1,
          .own_biases = own("biases")};
}

}  // namespace reprise
