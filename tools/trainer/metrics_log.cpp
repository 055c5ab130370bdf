#include "tools/trainer/metrics_log.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cmath>
#include <cstdio>
#include <cstring>

namespace reprise {

AppendedFile::AppendedFile(const std::string& path, int64_t keep) : path_(path) {
  fd_ = FileDescriptor(::open(path.c_str(), O_WRONLY | O_CREAT | O_CLOEXEC | O_APPEND, 0666));
  if (!fd_.open()) throw_output_error(path, errno, "created");
  const off_t length = ::lseek(fd_.get(), 0, SEEK_END);
  bytes_ = keep == kKeepAll ? length : keep;
  // A file shorter than what is to be kept has lost lines: they are gone, but zeros are no lines.
  if (length < bytes_) bytes_ = length;
  if (::ftruncate(fd_.get(), bytes_) != 0) throw_output_error(path, errno, "cut to its length");
}

void AppendedFile::line(std::string_view text) {
  if (!fd_.open()) return;
  std::string out = torn_ ? "\n" : "";  // ends the line that was written in part
  out += text;
  out += '\n';
  size_t done = 0;
  while (done < out.size()) {
    const ssize_t written = ::write(fd_.get(), out.data() + done, out.size() - done);
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) break;
    done += static_cast<size_t>(written);
  }
  bytes_ += static_cast<int64_t>(done);
  torn_ = done < out.size() && (torn_ || done > 0);
  if (done < out.size() && !failed_) {
    std::fprintf(stderr, "warning: %s can't be written (%s); training goes on without it\n",
                 path_.c_str(), std::strerror(errno));
    failed_ = true;
  }
}

Json number_or_null(double value) { return std::isfinite(value) ? Json(value) : Json(nullptr); }

}  // namespace reprise
