// What a trained model guesses for a few masked words of the held-out text: for people to look at.
#pragma once

#include <string>
#include <vector>

#include "data/dataset.h"
#include "layers/models/encoder.h"

namespace reprise {

// A few lines per sentence: its text around one masked word, what stood there, and the likeliest guesses.
// Empty for data without text.
std::vector<std::string> guesses(const Encoder& encoder, const TokenDataset& dataset,
                                 int sentences = 5);

}  // namespace reprise
