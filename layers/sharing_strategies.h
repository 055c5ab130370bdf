// The strategies of sharing: for each layer, the number of the set of weights that it uses.
//
//   layers, sets      6, 3         12, 6                     18, 6
//   none              A B C D E F  A B C D E F G H I J K L   A … R
//   all               A A A A A A  A …                       A …
//   groups, sequence  A A B B C C  A A B B C C D D E E F F   A A A B B B C C C D D D E E E F F F
//   cycle             A B C A B C  A B C D E F A B C D E F   A B C D E F A B C D E F A B C D E F
//   cycle_reverse     A B C C B A  A B C D E F F E D C B A   A B C D E F A B C D E F F E D C B A
//   sandwich          A B B B B C  A B B B C C D D D E E F   A B B B B C C C C D D D D E E E E F
//   immediate         A A B B C C  A A B B C C D D E E F F   A A B B C C D D E E F F A A B B C C
//
// groups also knows layers of several blocks. attention and feed_forward share one block of the layer,
// with its norm, as all; the other is each layer's own.
#pragma once

#include <string>
#include <vector>

#include "layers/sharing.h"

namespace reprise {

// The set of each application, numbered from 0 in the order of first use. Throws ConfigError when the
// strategy, the depth and the number of sets don't go together.
std::vector<int> sets_of(const PartSharing& sharing, const DepthConfig& depth);
std::vector<std::string> part_strategy_names();

// For a strategy that shares one block of a layer and leaves the other to each layer: which it shares.
// Throws ConfigError when the depth has groups.
std::optional<LayerPart> shared_block(const PartSharing& sharing, const DepthConfig& depth);
std::vector<std::string> strategy_names();  // of both kinds

}  // namespace reprise
