#include "data/vocabulary/trained_vocabulary.h"

#include <algorithm>
#include <cstdlib>
#include <filesystem>

#include "core/error.h"
#include "core/files.h"
#include "data/vocabulary/sentencepiece_training.h"
#include "data/vocabulary/sentencepiece_vocabulary.h"
#include "data/vocabulary/wordpiece_training.h"
#include "data/vocabulary/wordpiece_vocabulary.h"

namespace reprise {

namespace {

using VocabularyPointer = std::unique_ptr<const Vocabulary>;

// How each type is trained and read, and what its training is a function of besides the text.
struct Kind {
  const char* extension;
  std::string (*train)(std::span<const std::string_view>, const VocabularyTraining&);
  VocabularyPointer (*open)(std::string bytes, const std::string& name, const VocabularyTraining&);
  std::vector<std::string> (*settings)(const VocabularyTraining&);
};

std::vector<std::string> lines_of(const TrainerArguments& arguments) {
  std::vector<std::string> lines;
  for (const auto& [name, value] : arguments) lines.push_back(name + "=" + value);
  return lines;
}

const Kind kSentencePiece = {
    ".model", train_sentencepiece,
    [](std::string bytes, const std::string& name, const VocabularyTraining&) -> VocabularyPointer {
      return std::make_unique<SentencePieceVocabulary>(std::move(bytes), name);
    },
    [](const VocabularyTraining& training) {
      std::vector<std::string> lines = lines_of(unigram_arguments(training));
      lines.push_back("rounded scores");
      lines.push_back(fmt::format("chunks of {} bytes", kTrainingChunkBytes));
      return lines;
    }};

const Kind kWordPiece = {".txt", train_wordpiece,
                         [](std::string bytes, const std::string& name,
                            const VocabularyTraining& training) -> VocabularyPointer {
                           return std::make_unique<WordPieceVocabulary>(
                               std::move(bytes), name,
                               BertTextRules{.lower_case = training.lower_case});
                         },
                         [](const VocabularyTraining& training) {
                           std::vector<std::string> lines = lines_of(wordpiece_arguments(training));
                           lines.push_back(training.lower_case ? "uncased" : "cased");
                           return lines;
                         }};

const Kind& kind_of(VocabularyType type) {
  return type == VocabularyType::wordpiece ? kWordPiece : kSentencePiece;
}

// Text and settings, hashed: what a trained vocabulary is a function of.
std::string cache_key(std::span<const std::string_view> sentences,
                      const VocabularyTraining& training) {
  Hasher hasher;
  const auto add = [&](std::string_view text) {
    hasher.update(std::as_bytes(std::span(text)));
    hasher.update(std::as_bytes(std::span("\n", 1)));
  };
  std::vector<std::string> lines = kind_of(training.type).settings(training);
  lines.push_back(fmt::format("sentences={}", training.max_sentences));
  std::ranges::sort(lines);
  for (const std::string& line : lines) add(line);
  for (const std::string_view sentence : sentences) add(sentence);
  return hasher.hex();
}

std::filesystem::path cache_folder() {
  const char* cache = std::getenv("XDG_CACHE_HOME");
  // By the XDG specification a relative path counts as not set.
  if (cache && cache[0] == '/') return std::filesystem::path(cache) / "reprise";
  const char* home = std::getenv("HOME");
  if (home && home[0] == '/') return std::filesystem::path(home) / ".cache" / "reprise";
  return {};
}

VocabularyPointer from_cache(const std::filesystem::path& path, const VocabularyTraining& training,
                             std::vector<std::string>& warnings) {
  std::error_code ignored;
  if (!std::filesystem::exists(path, ignored)) return nullptr;
  try {
    return kind_of(training.type)
        .open(read_file(path.string(), kMaxModelBytes), path.string(), training);
  } catch (const Error& error) {
    warnings.push_back(fmt::format("{}; the vocabulary is trained again", error.what()));
    return nullptr;
  }
}

void to_cache(const std::filesystem::path& path, const std::string& bytes,
              std::vector<std::string>& warnings) {
  try {
    std::filesystem::create_directories(path.parent_path());
    write_file(path.string(), bytes);
  } catch (const std::exception& error) {
    warnings.push_back(
        fmt::format("the vocabulary can't be kept for the next run: {}", error.what()));
  }
}

}  // namespace

VocabularyPointer trained_vocabulary(std::span<const std::string_view> sentences,
                                     const VocabularyTraining& training,
                                     std::vector<std::string>& warnings) {
  const Kind& kind = kind_of(training.type);
  const std::filesystem::path folder = cache_folder();
  if (folder.empty()) {
    warnings.push_back(
        "neither XDG_CACHE_HOME nor HOME names a folder: the vocabulary is not kept");
    return kind.open(kind.train(sentences, training), "the trained vocabulary", training);
  }
  const auto path = folder / ("vocabulary-" + cache_key(sentences, training) + kind.extension);
  if (VocabularyPointer kept = from_cache(path, training, warnings)) return kept;
  std::string bytes = kind.train(sentences, training);
  to_cache(path, bytes, warnings);
  return kind.open(std::move(bytes), path.string(), training);
}

}  // namespace reprise
