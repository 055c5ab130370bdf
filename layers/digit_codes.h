// Codes of the ten digits for LeNet-5's output layer: small pictures of them, of our own drawing.
#pragma once

#include "core/tensor.h"

namespace reprise {

inline constexpr int64_t kDigits = 10;
inline constexpr int64_t kCodeWidth = 7, kCodeHeight = 12;

// [10, 84]: of each digit the picture, row by row; 1 where there is ink, -1 elsewhere
Tensor digit_codes();

}  // namespace reprise
