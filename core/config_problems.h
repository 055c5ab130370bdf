// What is wrong with a configuration: collected, so that one run shows everything there is to mend.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/config_source.h"

namespace reprise {

class Problems {
 public:
  explicit Problems(const ConfigSource& source) : source_(source) {}

  // A problem with the field `path`, which counts from the struct whose check() runs (from the root
  // otherwise). `sentence` continues "file:line:column: path: ". Points at the value where it was
  // written, or at the section that it is missing from.
  void add(std::string_view path, std::string_view sentence);
  // The same, pointing at the key.
  void add_to_key(std::string_view path, std::string_view sentence);

  // Counts `n` problems more than there are lines for.
  void add_unshown(size_t n) { unshown_ += n; }

  size_t count() const { return problems_.size() + unshown_; }
  // Throws ConfigError with a line per problem, in the order of the file; nothing when there is
  // none.
  void raise() const;

  // Paths count from `path` from here on; returns the former one.
  std::string enter(std::string path) { return std::exchange(inside_, std::move(path)); }

 private:
  struct Problem {
    Place place;
    std::string text;
  };
  void add(std::string_view path, std::string_view sentence, bool key);

  const ConfigSource& source_;
  std::string inside_;
  std::vector<Problem> problems_;
  size_t unshown_ = 0;
};

}  // namespace reprise
