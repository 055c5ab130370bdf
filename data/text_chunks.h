// Long texts in parts, for work that grows faster than the text.
#pragma once

#include <cstddef>
#include <string_view>

namespace reprise {

// Takes the next chunk off the front of `rest` and returns it: at most `most` bytes, where `most`
// is 8 or more. The text is cut at the last ASCII space, which is then in no chunk, if it is in the
// chunk's second half; otherwise (Chinese has no spaces) between two code points.
std::string_view take_chunk(std::string_view& rest, size_t most);

}  // namespace reprise
