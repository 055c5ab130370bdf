// WindowConfig: the fields of layers that look at images through a window. Each size is one number, or
// [height, width].
#pragma once

#include <optional>

#include "core/config.h"
#include "core/size2d.h"

namespace reprise {

struct WindowConfig {
  OneOrMore<int64_t> kernel;
  std::optional<OneOrMore<int64_t>> stride;
  OneOrMore<int64_t> padding = 0;

  void fields(Fields& f);  // in the section of the layer

  Size2d kernel_size() const { return size_of(kernel); }
  Size2d stride_or(Size2d otherwise) const { return stride ? size_of(*stride) : otherwise; }
  Size2d padding_size() const { return size_of(padding); }

 private:
  static Size2d size_of(const OneOrMore<int64_t>& sizes) {
    return {sizes.values.front(), sizes.values.back()};
  }
};

}  // namespace reprise
