// tokenizer.json of huggingface/tokenizers, which newer folders have in place of vocab.txt.
#pragma once

#include <string>

#include "data/vocabulary/bert_words.h"

namespace reprise {

struct WordPieceFile {
  std::string pieces;  // as vocab.txt has them, a line each
  BertTextRules rules;
};

// Throws DataError for what isn't a BERT tokenizer (SentencePiece's have rules that only spiece.model tells
// in full), and for pieces that aren't numbered 0, 1, …; Error as core/files.h.
WordPieceFile read_wordpiece_json(const std::string& path);

}  // namespace reprise
