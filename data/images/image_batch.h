// ImageBatch: labelled images for one forward pass.
#pragma once

#include "core/tensor.h"

namespace reprise {

struct ImageBatch {
  Tensor images;  // [N, channels, height, width]
  Tensor labels;  // [N] i32
  // [N] i32 the number of each image within the whole optimizer step, for which dropout is drawn
  Tensor number;

  int64_t tokens() const { return labels.numel(); }
  int64_t sequences() const { return labels.numel(); }
  int64_t predictions() const { return labels.numel(); }
};

}  // namespace reprise
