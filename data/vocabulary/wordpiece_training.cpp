#include "data/vocabulary/wordpiece_training.h"

#include <sentencepiece_processor.h>

#include <map>
#include <set>

#include "core/error.h"
#include "data/vocabulary/bert_words.h"
#include "data/vocabulary/sentencepiece_model.h"
#include "data/vocabulary/sentencepiece_vocabulary.h"
#include "data/vocabulary/wordpiece_vocabulary.h"

namespace reprise {

namespace {

// Characters that the library gives a meaning; words with them aren't learnt from.
constexpr std::string_view kReserved[] = {kSpaceMarker, kReservedMark};

std::map<std::string, int64_t> count_words(std::span<const std::string_view> sentences,
                                           const VocabularyTraining& settings) {
  std::map<std::string, int64_t> counts;
  BertWords words({.lower_case = settings.lower_case});
  for (const std::string_view sentence : spaced(sentences, settings.max_sentences)) {
    words.each(sentence, [&](std::string_view word, size_t characters) {
      if (characters > kLongestWord) return;
      for (const std::string_view reserved : kReserved) {
        if (word.find(reserved) != std::string_view::npos) return;
      }
      ++counts[std::string(word)];
    });
  }
  return counts;
}

// The pieces of a model in the order of their ids, as WordPiece writes them. A character is written
// in each of the forms that the words have it in; the library knows only one.
struct Pieces {
  std::set<std::string> characters;
  std::vector<std::string> joined;
};

size_t character_bytes(std::string_view text) {
  size_t at = 0;
  next_character(text, at);
  return at;
}

Pieces pieces_of(const std::string& model, const std::map<std::string, int64_t>& words) {
  sentencepiece::SentencePieceProcessor processor;
  const auto status = processor.LoadFromSerializedProto(model);
  if (!status.ok()) throw DataError("vocabulary: {}", sentencepiece_reason(status.error_message()));
  Pieces pieces;
  std::set<std::string_view> known;
  for (int id = 0; id < processor.GetPieceSize(); ++id) {
    if (processor.IsUnknown(id) || processor.IsControl(id)) continue;
    std::string_view text = processor.IdToPiece(id);
    const bool begins = text.starts_with(kSpaceMarker);
    if (begins) text.remove_prefix(kSpaceMarker.size());
    if (text.empty()) continue;
    if (character_bytes(text) == text.size()) {
      known.insert(text);
    } else {
      pieces.joined.push_back((begins ? "" : std::string(kContinuing)) + std::string(text));
    }
  }
  for (const auto& [word, count] : words) {
    for (size_t at = 0; at < word.size();) {
      const std::string_view character =
          std::string_view(word).substr(at, character_bytes(std::string_view(word).substr(at)));
      if (known.contains(character)) {
        pieces.characters.insert((at == 0 ? "" : std::string(kContinuing)) +
                                 std::string(character));
      }
      at += character.size();
    }
  }
  return pieces;
}

}  // namespace

TrainerArguments wordpiece_arguments(const VocabularyTraining& settings) {
  TrainerArguments arguments = unigram_arguments(settings);
  arguments["model_type"] = "bpe";
  arguments["input_format"] = "tsv";  // a word and its count
  arguments["normalization_rule_name"] = "identity";
  arguments["split_by_unicode_script"] = "false";  // words are what BertWords says
  arguments["split_by_number"] = "false";
  return arguments;
}

std::string train_wordpiece(std::span<const std::string_view> sentences,
                            const VocabularyTraining& settings) {
  if (settings.max_sentences < 1) throw ConfigError("vocabulary: no sentences to train on");
  const std::map<std::string, int64_t> words = count_words(sentences, settings);
  if (words.empty()) {
    throw DataError("vocabulary: the text has no letters, digits or signs to learn pieces from");
  }
  std::vector<std::string> lines;
  for (const auto& [word, count] : words) lines.push_back(word + "\t" + std::to_string(count));
  const std::vector<std::string_view> views(lines.begin(), lines.end());
  const Pieces pieces = pieces_of(run_trainer(views, wordpiece_arguments(settings)), words);

  std::vector<std::string> all = {"[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"};
  all.insert(all.end(), pieces.characters.begin(), pieces.characters.end());
  if (static_cast<int64_t>(all.size()) > settings.size) {
    throw DataError(
        "vocabulary: {} pieces are too few: the special ones and the characters of the text are {} "
        "already",
        settings.size, all.size());
  }
  std::string content;
  for (const std::string& piece : pieces.joined) {
    if (static_cast<int64_t>(all.size()) == settings.size) break;
    all.push_back(piece);
  }
  for (const std::string& piece : all) content += piece + "\n";
  return content;
}

}  // namespace reprise
