// Standard output, where results go.
#pragma once

#include <string_view>

namespace reprise {

// Writes and flushes. Throws Error (io) when that fails: a script must not take half a result for one.
void print_result(std::string_view text);

}  // namespace reprise
