// ConnectionsConfig: which input maps each output map of a convolution sees, e.g. LeNet-5's C3.
//
// In a file: "full", or a list with the input maps of each output map: [[0, 1, 2], [1, 2, 3], …].
#pragma once

#include <initializer_list>
#include <optional>
#include <string>
#include <vector>

#include "core/config.h"

namespace reprise {

struct ConnectionsConfig {
  struct Map {
    std::vector<int64_t> from;

    static const char* list_shorthand_key() { return "from"; }
    void fields(Fields& f);
  };

  std::string scheme = "full";
  std::optional<std::vector<Map>> maps;

  static const char* shorthand_key() { return "scheme"; }
  static const char* list_shorthand_key() { return "maps"; }
  void fields(Fields& f);

  bool full() const { return !maps; }
  // Throws ShapeError unless there is a map for each of `out`, no input map twice for one of them, and
  // all are below `in`. Always fits when full.
  void check_fit(int64_t out, int64_t in) const;
  // Of the pairs (output map, input map) that exist, in order: output map · in + input map
  std::vector<int32_t> pairs(int64_t in) const;
};

}  // namespace reprise
