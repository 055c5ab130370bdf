// Images as CSV: a line for each, with the label and the pixels from 0 to 255, row after row.
#pragma once

#include <string>

#include "data/images/images.h"

namespace reprise {

// Square images of one channel. A first line without any number is a header. Throws DataError with file
// and line for a value that is no number from 0 to 255, lines of different lengths, and a number of
// pixels that isn't a square.
Images read_csv_images(const std::string& path, LabelColumn label);

}  // namespace reprise
