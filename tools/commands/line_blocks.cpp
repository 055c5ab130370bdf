#include "tools/commands/line_blocks.h"

#include <iostream>

#include "core/error.h"
#include "core/printable.h"

namespace reprise {

LineBlocks::LineBlocks(const std::string& path)
    : name_(path.empty() || path == "-" ? "standard input" : printable(path)), lines_(kLines) {
  if (path.empty() || path == "-") {
    std::ios::sync_with_stdio(false);
    input_ = &std::cin;
    return;
  }
  file_.open(path, std::ios::binary);
  if (!file_) throw Error(ExitCode::no_input, "{}: can't be opened", name_);
  input_ = &file_;
}

std::span<const std::string> LineBlocks::next() {
  first_line_ += static_cast<int64_t>(count_);
  count_ = 0;
  while (count_ < kLines && std::getline(*input_, lines_[count_])) {
    std::string& line = lines_[count_++];
    if (line.ends_with('\r')) line.pop_back();
  }
  if (input_->bad()) throw Error(ExitCode::io, "{}: reading failed", name_);
  return std::span(lines_).first(count_);
}

}  // namespace reprise
