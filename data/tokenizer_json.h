// Tokenizer files of a Hugging Face folder, so that other programs cut text as we do.
#pragma once

#include <string>

#include "core/json.h"
#include "data/vocabulary.h"

namespace reprise {

// The content of tokenizer.json (format of the tokenizers library) for a vocabulary.
Json tokenizer_json(const Vocabulary& vocabulary);

// Writes tokenizer.json, tokenizer_config.json, special_tokens_map.json and spiece.model into an
// existing folder. Throws Error as core/files.h.
void write_tokenizer_files(const Vocabulary& vocabulary, int64_t max_length,
                           const std::string& folder);

}  // namespace reprise
