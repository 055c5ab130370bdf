#include "data/text_pieces.h"

#include <algorithm>

namespace reprise {

namespace {

void append(Example& example, const std::vector<int32_t>& ids, int64_t count, int32_t sep, int32_t segment) {
  example.ids.insert(example.ids.end(), ids.begin(), ids.begin() + count);
  example.ids.push_back(sep);
  example.segments.resize(example.ids.size(), segment);
}

}  // namespace

Example text_pieces(std::string_view text, std::string_view pair, const Vocabulary& vocabulary,
                    int64_t max_length) {
  const SpecialPieces& special = vocabulary.special();
  const std::vector<int32_t> first = vocabulary.encode(text);
  const std::vector<int32_t> second = pair.empty() ? std::vector<int32_t>() : vocabulary.encode(pair);
  const int64_t room = max_length - (pair.empty() ? 2 : 3);
  int64_t a = std::ssize(first), b = std::ssize(second);
  // One is cut to the other's length, then both by turns; an odd token stays with the longer one.
  if (a + b > room) {
    const bool longer = a > b;
    if (longer) a = std::max(b, room - b);
    else b = std::max(a, room - a);
    if (a + b > room) {
      a = (room + (longer ? 1 : 0)) / 2;
      b = room - a;
    }
  }
  Example example;
  example.ids = {special.cls};
  append(example, first, a, special.sep, 0);
  if (!pair.empty()) append(example, second, b, special.sep, 1);
  return example;
}

}  // namespace reprise
