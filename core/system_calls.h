// The system calls that read and write files, as one table.
//
// The table exists for the tests: they replace an entry to make the n-th call fail, to write one
// byte at a time or to run out of disk, and see that nothing is lost. SQLite tests itself in the
// same way. Every entry behaves as the call of its name: -1 and errno on failure.
#pragma once

#include <sys/stat.h>
#include <sys/types.h>

#include <cstddef>

namespace reprise {

struct SystemCalls {
  int (*open)(const char* path, int flags, mode_t mode);
  int (*close)(int fd);
  int (*fstat)(int fd, struct stat* result);
  ssize_t (*pread)(int fd, void* to, size_t bytes, off_t offset);
  ssize_t (*write)(int fd, const void* from, size_t bytes);
  int (*reserve)(int fd, off_t bytes);  // fallocate, the file's size unchanged
  int (*fsync)(int fd);
  int (*mkdir)(const char* path, mode_t mode);
  int (*rename)(const char* from, const char* to);
  int (*exchange)(const char* a, const char* b);  // two names swap what they stand for, atomically
  int (*unlink)(const char* path);
  int (*rmdir)(const char* path);
};

// The process's table. Not to be changed while another thread uses files.
SystemCalls& system_calls();

}  // namespace reprise
