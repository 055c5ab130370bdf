#include "layers/connections_config.h"

#include <limits>
#include <set>

#include "core/error.h"

namespace reprise {

void ConnectionsConfig::Map::fields(Fields& f) {
  f("from", from, "the input maps, from 0, that the output map sees")
      .not_empty().between(0, 1 << 24).required();
}

void ConnectionsConfig::fields(Fields& f) {
  f("scheme", scheme, "full: every output map sees every input map").one_of({"full"});
  f("maps", maps, "instead, a list for each output map: the input maps that it sees").not_empty();
}

void ConnectionsConfig::check_fit(int64_t out, int64_t in) const {
  if (full()) return;
  if (std::ssize(*maps) != out) {
    throw ShapeError("connections: a list for each of {} output maps, not for {}", out, maps->size());
  }
  if (out > std::numeric_limits<int32_t>::max() / in) {
    throw ShapeError("connections: {} times {} maps are too many for a table", out, in);
  }
  for (size_t map = 0; map < maps->size(); ++map) {
    std::set<int64_t> seen;
    for (const int64_t from : (*maps)[map].from) {
      if (from < 0 || from >= in) {
        throw ShapeError("connections: output map {} sees the input map {}, of {} from 0 on", map, from,
                         in);
      }
      if (!seen.insert(from).second) {
        throw ShapeError("connections: output map {} sees the input map {} twice", map, from);
      }
    }
  }
}

std::vector<int32_t> ConnectionsConfig::pairs(int64_t in) const {
  std::vector<int32_t> pairs;
  for (size_t map = 0; maps && map < maps->size(); ++map) {
    for (const int64_t from : (*maps)[map].from) {
      pairs.push_back(static_cast<int32_t>(static_cast<int64_t>(map) * in + from));
    }
  }
  return pairs;
}

}  // namespace reprise
