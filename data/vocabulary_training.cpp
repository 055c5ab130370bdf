#include "data/vocabulary_training.h"

#include <sentencepiece_trainer.h>
#include <utf8proc.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <optional>

#include "core/error.h"
#include "core/files.h"

namespace reprise {

namespace {

// The library's sums depend on how many threads share them, so this is part of the vocabulary's
// definition: it is the same on every machine.
constexpr const char* kTrainingThreads = "16";
// Bytes; longer sentences are left out by the library. Its own limit, 4192, is about a paragraph.
constexpr size_t kMaxSentenceBytes = size_t{1} << 20;
// The library gives this character a meaning and leaves out sentences that have it.
constexpr std::string_view kReservedMark = "\xE2\x96\x85";  // U+2585

// The sentences one after the other, in the form in which the library asks for them.
class Sentences : public sentencepiece::SentenceIterator {
 public:
  Sentences(std::span<const std::string_view> all, int64_t most)
      : all_(all), count_(std::min(static_cast<int64_t>(all.size()), most)) {
    load();
  }
  bool done() const override { return next_ >= count_; }
  void Next() override {
    ++next_;
    load();
  }
  const std::string& value() const override { return value_; }
  sentencepiece::util::Status status() const override { return {}; }

 private:
  void load() {
    if (done()) return;
    const auto total = static_cast<double>(all_.size());
    const auto spaced = static_cast<double>(next_) * total / static_cast<double>(count_);
    value_ = all_[std::min(static_cast<size_t>(spaced), all_.size() - 1)];
  }

  std::span<const std::string_view> all_;
  int64_t count_;
  int64_t next_ = 0;
  std::string value_;
};

// Whether normalization leaves something besides white space and controls. (The library's trainer
// ends the process, uncatchably, when no sentence has anything.)
bool has_text(std::string_view sentence) {
  if (sentence.size() > kMaxSentenceBytes) return false;
  if (sentence.find(kReservedMark) != std::string_view::npos) return false;
  utf8proc_uint8_t* mapped = nullptr;
  const auto length = utf8proc_map(
      reinterpret_cast<const utf8proc_uint8_t*>(sentence.data()),
      static_cast<utf8proc_ssize_t>(sentence.size()), &mapped,
      static_cast<utf8proc_option_t>(UTF8PROC_STABLE | UTF8PROC_COMPOSE | UTF8PROC_COMPAT |
                                     UTF8PROC_CASEFOLD | UTF8PROC_IGNORE));
  const std::unique_ptr<utf8proc_uint8_t, void (*)(void*)> owner(mapped, std::free);
  for (utf8proc_ssize_t at = 0; at < length;) {
    utf8proc_int32_t code_point;
    const auto step = utf8proc_iterate(mapped + at, length - at, &code_point);
    if (step <= 0) return false;
    at += step;
    const auto category = utf8proc_category(code_point);
    if (category >= UTF8PROC_CATEGORY_LU && category <= UTF8PROC_CATEGORY_SO &&
        code_point != 0x2581) {
      return true;
    }
  }
  return false;
}

bool any_has_text(Sentences sentences) {
  for (; !sentences.done(); sentences.Next()) {
    if (has_text(sentences.value())) return true;
  }
  return false;
}

std::unordered_map<std::string, std::string> trainer_arguments(const VocabularyTraining& settings) {
  return {{"model_type", "unigram"},
          {"vocab_size", std::to_string(settings.size)},
          {"hard_vocab_limit", "false"},  // a small text gives a small vocabulary
          {"pad_id", "0"},
          {"unk_id", "1"},
          {"bos_id", "-1"},
          {"eos_id", "-1"},
          {"control_symbols", "[CLS],[SEP],[MASK]"},
          {"normalization_rule_name", "nfkc_cf"},
          {"max_sentence_length", std::to_string(kMaxSentenceBytes)},
          {"num_threads", kTrainingThreads},
          {"minloglevel", "2"}};
}

// Text and settings, hashed: what a trained vocabulary is a function of.
std::string cache_key(std::span<const std::string_view> sentences,
                      const VocabularyTraining& settings) {
  Hasher hasher;
  const auto add = [&](std::string_view text) {
    hasher.update(std::as_bytes(std::span(text)));
    hasher.update(std::as_bytes(std::span("\n", 1)));
  };
  std::vector<std::string> lines{"rounded scores",
                                 fmt::format("sentences={}", settings.max_sentences)};
  for (const auto& [name, value] : trainer_arguments(settings)) lines.push_back(name + "=" + value);
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

std::optional<Vocabulary> from_cache(const std::filesystem::path& path,
                                     std::vector<std::string>& warnings) {
  std::error_code ignored;
  if (!std::filesystem::exists(path, ignored)) return std::nullopt;
  try {
    return Vocabulary(read_file(path.string(), kMaxModelBytes), path.string());
  } catch (const Error& error) {
    warnings.push_back(fmt::format("{}; the vocabulary is trained again", error.what()));
    return std::nullopt;
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

std::string train_vocabulary(std::span<const std::string_view> sentences,
                             const VocabularyTraining& settings) {
  if (settings.max_sentences < 1) throw ConfigError("vocabulary: no sentences to train on");
  Sentences iterator(sentences, settings.max_sentences);
  if (!any_has_text(iterator)) {
    throw DataError("vocabulary: the text has no letters, digits or signs to learn pieces from");
  }
  std::string model;
  try {
    const auto status =
        sentencepiece::SentencePieceTrainer::Train(trainer_arguments(settings), &iterator, &model);
    if (!status.ok()) {
      throw DataError("vocabulary: {} pieces can't be learned from this text: {}", settings.size,
                      library_reason(status.error_message()));
    }
  } catch (const Error&) {
    throw;
  } catch (const std::bad_alloc&) {
    throw;
  } catch (const std::exception& error) {
    throw DataError("vocabulary: training failed: {}", error.what());
  }
  return with_rounded_scores(std::move(model));
}

Vocabulary cached_vocabulary(std::span<const std::string_view> sentences,
                             const VocabularyTraining& settings,
                             std::vector<std::string>& warnings) {
  const std::filesystem::path folder = cache_folder();
  if (folder.empty()) {
    warnings.push_back(
        "neither XDG_CACHE_HOME nor HOME names a folder: the vocabulary is not kept");
    return Vocabulary(train_vocabulary(sentences, settings), "the trained vocabulary");
  }
  const auto path = folder / ("vocabulary-" + cache_key(sentences, settings) + ".model");
  if (std::optional<Vocabulary> kept = from_cache(path, warnings)) return std::move(*kept);
  const std::string bytes = train_vocabulary(sentences, settings);
  to_cache(path, bytes, warnings);
  return Vocabulary(bytes, path.string());
}

}  // namespace reprise
