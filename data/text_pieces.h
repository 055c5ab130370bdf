// A text, or two, as the sequence that an encoder reads.
#pragma once

#include <string_view>
#include <vector>

#include "data/token_batch.h"
#include "data/vocabulary/vocabulary.h"

namespace reprise {

// [CLS] text [SEP], and pair [SEP] in a second segment unless it is empty, of at most `max_length` tokens:
// the longer text loses its end first, of equally long ones the first, as Hugging Face's "longest_first".
// Valid UTF-8.
Example text_pieces(std::string_view text, std::string_view pair, const Vocabulary& vocabulary,
                    int64_t max_length);

}  // namespace reprise
