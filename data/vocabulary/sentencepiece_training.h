// Training of a SentencePiece vocabulary, and the library's trainer behind a function.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "data/vocabulary/trained_vocabulary.h"

namespace reprise {

// Longer sentences are learnt from in chunks of so many bytes (data/text_chunks.h): for one that
// repeats itself the library takes the square of its length. Half as long takes half the time.
inline constexpr size_t kTrainingChunkBytes = size_t{4} << 10;

// A unigram model (Kudo 2018) with ALBERT's special pieces <pad> 0, <unk> 1, [CLS] 2, [SEP] 3,
// [MASK] 4 and NFKC normalization with case folding. A function of the arguments alone. A text that
// is too small for the size gives fewer pieces.
// Throws DataError for a text without letters, or with more different characters than pieces.
std::string train_sentencepiece(std::span<const std::string_view> sentences,
                                const VocabularyTraining& settings);

// The sentences that training looks at: all of them, or `most` evenly spaced ones.
std::vector<std::string_view> spaced(std::span<const std::string_view> sentences, int64_t most);

// What the library's trainer is told, by the names of its options.
using TrainerArguments = std::unordered_map<std::string, std::string>;
TrainerArguments unigram_arguments(const VocabularyTraining& settings);

// The bytes of the model that the library trains on the lines. Throws DataError with its reason.
// Some lines of which nothing is left end the process: the caller sees to it that there is
// something to learn from.
std::string run_trainer(std::span<const std::string_view> lines, const TrainerArguments& arguments);

}  // namespace reprise
