// A directory of its own for a test, removed at the end; in memory where there is such a place,
// since the tests of durable writing call fsync thousands of times.
#pragma once

#include <stdlib.h>

#include <filesystem>
#include <stdexcept>
#include <string>

namespace reprise::test {

class TemporaryDirectory {
 public:
  TemporaryDirectory() {
    path_ = "/dev/shm/reprise-test-XXXXXX";
    if (mkdtemp(path_.data())) return;
    path_ = (std::filesystem::temp_directory_path() / "reprise-test-XXXXXX").string();
    if (!mkdtemp(path_.data())) throw std::runtime_error("no temporary directory");
  }
  TemporaryDirectory(const TemporaryDirectory&) = delete;
  ~TemporaryDirectory() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }

  const std::string& path() const { return path_; }
  std::string operator/(const std::string& name) const { return path_ + "/" + name; }

 private:
  std::string path_;
};

}  // namespace reprise::test
