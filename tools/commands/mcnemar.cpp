#include "tools/commands/mcnemar.h"

#include <algorithm>
#include <cmath>

namespace reprise {

double mcnemar(int64_t only_first, int64_t only_second) {
  const auto n = static_cast<double>(only_first + only_second);
  double tail = 0;  // of heads as few as the smaller count
  for (int64_t k = 0; k <= std::min(only_first, only_second); ++k) {
    const auto heads = static_cast<double>(k);
    tail += std::exp(std::lgamma(n + 1) - std::lgamma(heads + 1) - std::lgamma(n - heads + 1) -
                     n * std::log(2.0));
  }
  return std::min(1.0, 2 * tail);
}

}  // namespace reprise
