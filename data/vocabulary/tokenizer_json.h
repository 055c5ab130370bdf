// tokenizer.json of huggingface/tokenizers, which newer folders have in place of vocab.txt.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "core/json.h"
#include "data/vocabulary/bert_words.h"

namespace reprise {

// The flag under a key of `object`, which is at `path` of the document; nothing when it is null or not there.
// Throws DataError for anything else.
std::optional<bool> read_flag(const JsonDocument& document, const Json& object, std::string_view path,
                              std::string_view key);

struct WordPieceFile {
  std::string pieces;  // as vocab.txt has them, a line each
  BertTextRules rules;
};

// Throws DataError for what isn't a BERT tokenizer (SentencePiece's have rules that only spiece.model tells
// in full), and for pieces that aren't numbered 0, 1, …; Error as core/files.h.
WordPieceFile read_wordpiece_json(const std::string& path);

}  // namespace reprise
