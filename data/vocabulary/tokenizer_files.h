// What the tokenizer files of a Hugging Face folder have in common, whichever algorithm cuts the
// text. Formats: tokenizer.json of huggingface/tokenizers, the rest of Transformers.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "core/json.h"
#include "data/vocabulary/vocabulary.h"

namespace reprise {

// What a vocabulary calls the two pieces that not all call the same.
struct SpecialNames {
  const char* pad;
  const char* unknown;
};

struct TokenizerFiles {
  Json tokenizer;  // tokenizer.json
  Json config;     // of tokenizer_config.json, what isn't the same for all
  SpecialNames names;
  std::string vocabulary_name;
  std::string_view vocabulary;
};

// The special pieces, in the order of their ids; they are matched before the text is normalized.
// mask_takes_space: a space before [MASK] belongs to it.
Json added_tokens(const SpecialPieces& special, const SpecialNames& names, bool mask_takes_space);

// [CLS] A [SEP] and [CLS] A [SEP] B [SEP].
Json post_processor(const SpecialPieces& special);

// Writes tokenizer.json, tokenizer_config.json, special_tokens_map.json and the vocabulary into an
// existing folder. max_length: tokens of the longest sequence. Throws Error as core/files.h.
void write_tokenizer_files(const TokenizerFiles& files, int64_t max_length,
                           const std::string& folder);

// The names of a folder's files that tell how text is cut: those, and what Transformers reads beside.
std::vector<std::string> tokenizer_files_in(const std::string& folder);

}  // namespace reprise
