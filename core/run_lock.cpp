#include "core/run_lock.h"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <string_view>
#include <system_error>

#include "core/error.h"
#include "core/printable.h"

namespace reprise {

namespace {

std::string holder_of(int fd) {
  std::array<char, 320> text;
  const ssize_t got = ::pread(fd, text.data(), text.size(), 0);
  const std::string_view line(text.data(), got > 0 ? static_cast<size_t>(got) : 0);
  const size_t space = line.find(' '), end = line.find('\n');
  // Between its locking and its writing, the holder's name is not there yet.
  if (space == std::string_view::npos || end == std::string_view::npos || space > end) {
    return "another process";
  }
  return fmt::format("process {} on {}", printable(line.substr(0, space)),
                     printable(line.substr(space + 1, end - space - 1)));
}

std::string host() {
  std::array<char, 256> name{};
  if (::gethostname(name.data(), name.size() - 1) != 0) return "unknown";
  return name.data();
}

}  // namespace

RunLock::RunLock(const std::string& path) {
  fd_ = FileDescriptor(::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0666));
  if (!fd_.open()) throw_output_error(path, errno, "created");
  while (::flock(fd_.get(), LOCK_EX | LOCK_NB) != 0) {
    if (errno == EINTR) continue;
    if (errno == EWOULDBLOCK) {
      throw Error(ExitCode::locked, "{}: in use by {}; wait for it or choose another directory",
                  printable(path), holder_of(fd_.get()));
    }
    throw_output_error(path, errno, "locked");
  }
  const std::string text = fmt::format("{} {}\n", ::getpid(), host());
  if (::ftruncate(fd_.get(), 0) != 0 ||
      ::pwrite(fd_.get(), text.data(), text.size(), 0) != static_cast<ssize_t>(text.size())) {
    throw_output_error(path, errno, "written");
  }
}

}  // namespace reprise
