// Reading JSON files: all bytes into own memory, never more than the limit.
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "core/json.h"

namespace reprise {
namespace {

[[noreturn]] void fail_to_read(const std::string& name, int error) {
  ExitCode code = ExitCode::io;
  if (error == ENOENT || error == ENOTDIR || error == EISDIR) code = ExitCode::no_input;
  if (error == EACCES || error == EPERM) code = ExitCode::no_permission;
  throw Error(code, "{}: can't be read: {}", name, std::strerror(error));
}

// All bytes of a file, or the first limit + 1: enough to see that it is too large.
std::string read_text(const std::filesystem::path& file, size_t limit) {
  std::string name = file.string();
  int descriptor = ::open(file.c_str(), O_RDONLY | O_CLOEXEC);
  if (descriptor < 0) fail_to_read(name, errno);
  std::string text;
  struct stat status {};
  if (::fstat(descriptor, &status) == 0 && S_ISREG(status.st_mode)) {
    text.reserve(std::min(limit, static_cast<size_t>(status.st_size)) + (1 << 17));
  }
  for (;;) {
    constexpr size_t kPiece = 1 << 16;
    size_t had = text.size();
    if (had > limit) break;  // larger than what is read, as the caller will see
    text.resize(had + kPiece);
    ssize_t got = ::read(descriptor, text.data() + had, kPiece);
    text.resize(had + std::max<ssize_t>(got, 0));
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) {
      int error = errno;
      ::close(descriptor);
      if (got < 0) fail_to_read(name, error);
      return text;
    }
  }
  ::close(descriptor);
  return text;
}

}  // namespace

JsonDocument read_json(const std::filesystem::path& file, ExitCode code, const JsonLimits& limits) {
  return parse_json(read_text(file, limits.bytes), file.string(), code, limits);
}

}  // namespace reprise
