#include "core/system_calls.h"

#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

namespace reprise {

SystemCalls& system_calls() {
  static SystemCalls table = {
      .open = [](const char* path, int flags, mode_t mode) { return ::open(path, flags, mode); },
      .close = ::close,
      .fstat = [](int fd, struct stat* result) { return ::fstat(fd, result); },
      .pread = ::pread,
      .write = ::write,
      .reserve = [](int fd, off_t size) { return ::fallocate(fd, FALLOC_FL_KEEP_SIZE, 0, size); },
      .fsync = ::fsync,
      .mkdir = ::mkdir,
      .rename = ::rename,
      .exchange =
          [](const char* a, const char* b) {
            return ::renameat2(AT_FDCWD, a, AT_FDCWD, b, RENAME_EXCHANGE);
          },
      .unlink = ::unlink,
      .rmdir = ::rmdir,
  };
  return table;
}

}  // namespace reprise
