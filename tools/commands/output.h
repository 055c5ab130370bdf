// Standard output, where results go.
#pragma once

#include <string_view>

namespace reprise {

// Writes and flushes. Throws Error (io) when that fails: half a result must not pass for one.
void print_result(std::string_view text);

}  // namespace reprise
