// Makes the system calls of core/system_calls.h misbehave for as long as the object lives.
#pragma once

#include <errno.h>
#include <signal.h>
#include <unistd.h>

#include <algorithm>
#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "core/system_calls.h"

namespace reprise::test {

class FaultyCalls {
 public:
  FaultyCalls() : real_(system_calls()) {
    current_ = this;
    SystemCalls& calls = system_calls();
    calls.open = [](const char* path, int flags, mode_t mode) {
      return through("open", path, [&] { return real().open(path, flags, mode); });
    };
    // A close that reports an error has closed all the same.
    calls.close = [](int fd) {
      const int status = real().close(fd);
      return through("close", "", [&] { return status; });
    };
    calls.fstat = [](int fd, struct stat* to) {
      return through("fstat", "", [&] { return real().fstat(fd, to); });
    };
    calls.pread = [](int fd, void* to, size_t n, off_t at) {
      return through("pread", "", [&] { return real().pread(fd, to, current_->cut(n), at); });
    };
    calls.write = [](int fd, const void* from, size_t n) {
      return through("write", "", [&] { return real().write(fd, from, current_->cut(n)); });
    };
    calls.reserve = [](int fd, off_t n) {
      return through("reserve", "", [&] { return real().reserve(fd, n); });
    };
    calls.fsync = [](int fd) { return through("fsync", "", [&] { return real().fsync(fd); }); };
    calls.mkdir = [](const char* path, mode_t mode) {
      return through("mkdir", path, [&] { return real().mkdir(path, mode); });
    };
    calls.rename = [](const char* from, const char* to) {
      return through("rename", to, [&] { return real().rename(from, to); });
    };
    calls.exchange = [](const char* a, const char* b) {
      return through("exchange", b, [&] { return real().exchange(a, b); });
    };
    calls.unlink = [](const char* path) {
      return through("unlink", path, [&] { return real().unlink(path); });
    };
    calls.rmdir = [](const char* path) {
      return through("rmdir", path, [&] { return real().rmdir(path); });
    };
  }
  FaultyCalls(const FaultyCalls&) = delete;
  ~FaultyCalls() { system_calls() = real_; }

  // The nth call from now on (from 1) fails with `error`; with `for_good`, all later ones too.
  void fail_at(int n, int error, bool for_good = false) {
    count_ = 0;
    fail_at_ = n;
    error_ = error;
    for_good_ = for_good;
  }
  // Fails every call of this name.
  void fail_always(std::string call, int error) {
    failing_call_ = std::move(call);
    failing_error_ = error;
  }
  // The process dies just before the nth call.
  void die_at(int n) { die_at_ = n; }
  // Reads and writes move at most so many bytes.
  void set_chunk(size_t bytes) { chunk_ = bytes; }

  int count() const { return count_; }
  bool failed() const { return fail_at_ > 0 && count_ >= fail_at_; }
  const std::vector<std::string>& log() const { return log_; }

 private:
  static const SystemCalls& real() { return current_->real_; }
  size_t cut(size_t n) const { return std::min(n, chunk_); }

  template <class Call>
  static auto through(const char* name, std::string path, const Call& call) -> decltype(call()) {
    FaultyCalls& self = *current_;
    const int n = ++self.count_;
    self.log_.push_back(std::string(name) + " " + path);
    if (n == self.die_at_) kill(getpid(), SIGKILL);
    const bool chosen = n == self.fail_at_ || (self.for_good_ && n > self.fail_at_);
    if (chosen || self.failing_call_ == name) {
      errno = chosen ? self.error_ : self.failing_error_;
      return -1;
    }
    return call();
  }

  static inline FaultyCalls* current_ = nullptr;
  SystemCalls real_;
  int count_ = 0;
  int fail_at_ = 0;
  int die_at_ = 0;
  int error_ = EIO;
  int failing_error_ = EIO;
  bool for_good_ = false;
  size_t chunk_ = SIZE_MAX;
  std::string failing_call_;
  std::vector<std::string> log_;
};

}  // namespace reprise::test
