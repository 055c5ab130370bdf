#include "layers/relaxation.h"

#include <fmt/format.h>

namespace reprise {

std::string in_words(const Relaxation& relaxation) {
  if (!relaxation.any()) return "nothing";
  std::string text;
  if (relaxation.rank > 0) {
    text = fmt::format("an addition of rank {} scaled by {:g}", relaxation.rank, relaxation.scale);
  }
  if (relaxation.own_biases) text += text.empty() ? "biases" : ", biases";
  return text;
}

}  // namespace reprise
