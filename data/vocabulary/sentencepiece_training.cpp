#include "data/vocabulary/sentencepiece_training.h"

#include <sentencepiece_trainer.h>
#include <utf8proc.h>

#include <algorithm>
#include <cstdlib>
#include <memory>

#include "core/error.h"
#include "data/text_chunks.h"
#include "data/vocabulary/sentencepiece_vocabulary.h"

namespace reprise {

namespace {

// The library's sums depend on how many threads share them, so this is part of the vocabulary's
// definition: it is the same on every machine.
constexpr const char* kTrainingThreads = "16";
// Bytes from which on the library would leave a sentence out. None is as long (in_chunks()), but it
// is written into the model.
constexpr size_t kMaxSentenceBytes = size_t{1} << 20;

// The sentences one after the other, in the form in which the library asks for them.
class Sentences : public sentencepiece::SentenceIterator {
 public:
  explicit Sentences(std::span<const std::string_view> all) : all_(all) { load(); }
  bool done() const override { return next_ >= all_.size(); }
  void Next() override {
    ++next_;
    load();
  }
  const std::string& value() const override { return value_; }
  sentencepiece::util::Status status() const override { return {}; }

 private:
  void load() {
    if (!done()) value_ = all_[next_];
  }

  std::span<const std::string_view> all_;
  size_t next_ = 0;
  std::string value_;
};

// Whether normalization leaves something besides white space and controls. (The library's trainer
// ends the process, uncatchably, when no sentence has anything.)
bool has_text(std::string_view sentence) {
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

std::vector<std::string_view> in_chunks(std::span<const std::string_view> sentences) {
  std::vector<std::string_view> chunks;
  for (std::string_view rest : sentences) {
    while (!rest.empty()) chunks.push_back(take_chunk(rest, kTrainingChunkBytes));
  }
  return chunks;
}

}  // namespace

std::vector<std::string_view> spaced(std::span<const std::string_view> sentences, int64_t most) {
  const auto total = static_cast<int64_t>(sentences.size());
  const int64_t count = std::min(total, most);
  std::vector<std::string_view> chosen;
  for (int64_t i = 0; i < count; ++i) {
    const double at =
        static_cast<double>(i) * static_cast<double>(total) / static_cast<double>(count);
    chosen.push_back(sentences[static_cast<size_t>(std::min(static_cast<int64_t>(at), total - 1))]);
  }
  return chosen;
}

TrainerArguments unigram_arguments(const VocabularyTraining& settings) {
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

std::string run_trainer(std::span<const std::string_view> lines,
                        const TrainerArguments& arguments) {
  std::string model;
  Sentences iterator(lines);
  try {
    const auto status = sentencepiece::SentencePieceTrainer::Train(arguments, &iterator, &model);
    // "… smaller than required_chars. 10 vs 45. …", with advice on an option that isn't ours.
    const std::string_view said = status.error_message();
    const size_t at = said.find("required_chars."), number = said.find(" vs ", at);
    if (!status.ok() && at != said.npos && number != said.npos) {
      const std::string needed(said.substr(number + 4));
      throw DataError("vocabulary: {} pieces can't be learned from this text, as its characters alone need {}; give "
                      "a larger model.vocab_size", arguments.at("vocab_size"), std::atoi(needed.c_str()));
    }
    if (!status.ok()) {
      throw DataError("vocabulary: {} pieces can't be learned from this text: {}",
                      arguments.at("vocab_size"), sentencepiece_reason(status.error_message()));
    }
  } catch (const Error&) {
    throw;
  } catch (const std::bad_alloc&) {
    throw;
  } catch (const std::exception& error) {
    throw DataError("vocabulary: training failed: {}", error.what());
  }
  return model;
}

std::string train_sentencepiece(std::span<const std::string_view> sentences,
                                const VocabularyTraining& settings) {
  if (settings.max_sentences < 1) throw ConfigError("vocabulary: no sentences to train on");
  const std::vector<std::string_view> chosen =
      in_chunks(spaced(sentences, settings.max_sentences));
  if (std::ranges::none_of(chosen, has_text)) {
    throw DataError("vocabulary: the text has no letters, digits or signs to learn pieces from");
  }
  return with_rounded_scores(run_trainer(chosen, unigram_arguments(settings)));
}

}  // namespace reprise
