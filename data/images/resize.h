// Images brought to the size that a model takes.
#pragma once

#include "data/images/images.h"

namespace reprise {

enum class Fit : uint8_t { resize, pad };

// resize: bilinear, and where it shrinks, each pixel is a weighted mean of all that it covers (the
// triangle filter of Pillow's and torchvision's antialiased resize). pad: the image in the middle of
// zeros. Throws DataError when padding would have to cut.
Images fitted(const Images& images, int64_t height, int64_t width, Fit fit);

}  // namespace reprise
