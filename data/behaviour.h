// Where the papers and the code released with them differ, which of the two is followed.
#pragma once

#include <cstdint>

namespace reprise {

// What "released" changes (google-research/albert, create_pretraining_data.py):
// - a chunk of a single sentence is paired with a random document and labelled 1 even in the sop
//   task, instead of being cut in two;
// - the shorter target length is drawn once per document, instead of per example;
// - n-grams may run across [SEP];
// - random words may be special pieces.
enum class Behaviour : uint8_t { paper, released };

}  // namespace reprise
