// RunLock: one process at a time in a run directory.
#pragma once

#include <string>

#include "core/files.h"

namespace reprise {

// Holds an exclusive flock on a file, made if it isn't there, for as long as the object lives. The
// kernel releases it when the process dies in any way, so a leftover file locks nobody out; the
// file stays, since removing it would let two processes lock two files of one name. It holds "pid
// host".
class RunLock {
 public:
  // Throws Error (locked) naming the holder when the lock is taken. Never waits.
  explicit RunLock(const std::string& path);

 private:
  FileDescriptor fd_;
};

}  // namespace reprise
