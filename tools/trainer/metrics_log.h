// metrics.jsonl: one JSON object a line, for programs. Numbers round-trip.
#pragma once

#include <cstdint>
#include <string>

#include "core/files.h"
#include "core/json.h"

namespace reprise {

// A file that lines are appended to. A failure to write is reported once, on stderr, and doesn't stop
// the training: losing a line of a log is no reason to lose a run.
class AppendedFile {
 public:
  static constexpr int64_t kKeepAll = -1;

  AppendedFile() = default;  // discards everything
  // Opens or creates the file and cuts it to `keep` bytes. Throws Error (cannot_create).
  AppendedFile(const std::string& path, int64_t keep);

  void line(std::string_view text);
  int64_t bytes() const { return bytes_; }

 private:
  std::string path_;
  FileDescriptor fd_;
  int64_t bytes_ = 0;
  bool failed_ = false;
  bool torn_ = false;  // whether it ends within a line
};

// Infinities and NaN become null, which JSON has a word for.
Json number_or_null(double value);

}  // namespace reprise
