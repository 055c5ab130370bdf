// Lines from a file or a pipe, some thousands at a time: what commands read that answer line by
// line.
#pragma once

#include <cstdint>
#include <fstream>
#include <span>
#include <string>
#include <vector>

namespace reprise {

class LineBlocks {
 public:
  // path: a file, or empty or "-" for standard input. Throws Error (no_input) when it can't be
  // opened.
  explicit LineBlocks(const std::string& path);

  // The next lines, at most kLines, without their ends; empty at the end of the file. They are
  // valid until the next call. Throws Error (io) when reading fails.
  std::span<const std::string> next();

  // The number in the file, from 1, of the first of those lines.
  int64_t first_line() const { return first_line_; }
  // What errors call the file.
  const std::string& name() const { return name_; }

 private:
  static constexpr size_t kLines = 8192;

  std::string name_;
  std::ifstream file_;
  std::istream* input_;
  std::vector<std::string> lines_;
  size_t count_ = 0;
  int64_t first_line_ = 1;
};

}  // namespace reprise
