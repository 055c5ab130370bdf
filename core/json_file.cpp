// Reading JSON files: all bytes into own memory, never more than the limit.
#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>

#include "core/files.h"
#include "core/json.h"

namespace reprise {
namespace {

// All bytes, or the first limit + 1: enough to see that it is too large. Unlike read_file's, the file may be a pipe,
// as a shell's <(…) is.
std::string read_start(const std::string& name, size_t limit) {
  constexpr size_t kPiece = 1 << 16;
  const FileDescriptor file(::open(name.c_str(), O_RDONLY | O_CLOEXEC));
  if (!file.open()) throw_input_error(name, errno);
  std::string text;
  while (text.size() <= limit) {
    const size_t had = text.size();
    text.resize(had + kPiece);
    const ssize_t got = ::read(file.get(), text.data() + had, kPiece);
    const int error = errno;
    text.resize(had + static_cast<size_t>(std::max<ssize_t>(got, 0)));
    if (got < 0 && error != EINTR) throw_input_error(name, error);
    if (got == 0) break;
  }
  return text;
}

}  // namespace

JsonDocument read_json(const std::filesystem::path& file, ExitCode code, const JsonLimits& limits) {
  return parse_json(read_start(file.string(), limits.bytes), file.string(), code, limits);
}

}  // namespace reprise
