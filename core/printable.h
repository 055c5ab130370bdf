// Names from files, made safe to print.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace reprise {

// `text` with control characters and bytes that aren't UTF-8 written as \xNN, cut to about `limit`
// bytes: a hostile name can neither move the cursor of a terminal nor fill a log.
std::string printable(std::string_view text, size_t limit = 200);

}  // namespace reprise
