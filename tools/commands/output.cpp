#include "tools/commands/output.h"

#include <cerrno>
#include <cstdio>
#include <system_error>

#include "core/error.h"

namespace reprise {

void print_result(std::string_view text) {
  const bool written = std::fwrite(text.data(), 1, text.size(), stdout) == text.size();
  if (!written || std::fflush(stdout) != 0) {
    throw Error(ExitCode::io, "standard output: {}", std::generic_category().message(errno));
  }
}

}  // namespace reprise
