// Training of a WordPiece vocabulary.
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "data/vocabulary/sentencepiece_training.h"

namespace reprise {

// The content of vocab.txt: [PAD] 0, [UNK] 1, [CLS] 2, [SEP] 3, [MASK] 4, the characters of the
// text as beginnings and as continuations of words, then what joining the commonest neighbours
// gives (byte pair encoding, Sennrich et al. 2016, as huggingface/tokenizers' WordPieceTrainer;
// Google's own training was never released). A function of the arguments alone; a text that is too
// small for the size gives fewer pieces. Throws DataError for a text without words, or with more
// different characters than pieces.
std::string train_wordpiece(std::span<const std::string_view> sentences,
                            const VocabularyTraining& settings);

// What SentencePiece's trainer is told, which does the joining.
TrainerArguments wordpiece_arguments(const VocabularyTraining& settings);

}  // namespace reprise
