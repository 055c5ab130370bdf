#include "data/vocabulary/vocabulary.h"

#include <filesystem>

#include "core/error.h"
#include "core/files.h"
#include "core/json.h"
#include "core/printable.h"
#include "data/vocabulary/sentencepiece_vocabulary.h"
#include "data/vocabulary/tokenizer_json.h"
#include "data/vocabulary/wordpiece_vocabulary.h"

namespace reprise {

namespace {

namespace fs = std::filesystem;

// As Transformers names them.
constexpr const char* kPieces = "vocab.txt";
constexpr const char* kModel = "spiece.model";
constexpr const char* kJson = "tokenizer.json";
constexpr const char* kRules = "tokenizer_config.json";

// The vocabulary of a folder; empty when there is none.
fs::path vocabulary_in(const fs::path& folder) {
  std::error_code ignored;
  for (const char* name : {kPieces, kModel, kJson}) {
    if (fs::is_regular_file(folder / name, ignored)) return folder / name;
  }
  return {};
}

BertTextRules rules_in(const fs::path& folder, bool lower_case) {
  BertTextRules rules{.lower_case = lower_case};
  std::error_code ignored;
  if (!fs::exists(folder / kRules, ignored)) return rules;
  const JsonDocument document = read_json(folder / kRules);
  if (!document.value().is_object()) {
    throw DataError("{}: expected an object, found {}", document.place(""),
                    describe_json(document.value()));
  }
  const auto flag = [&](const char* key) { return read_flag(document, document.value(), "", key); };
  rules.lower_case = flag("do_lower_case").value_or(lower_case);
  rules.strip_accents = flag("strip_accents");
  rules.tokenize_chinese_chars = flag("tokenize_chinese_chars").value_or(true);
  return rules;
}

std::unique_ptr<const Vocabulary> load(const std::string& path, const BertTextRules& rules) {
  if (path.ends_with(".json")) {
    WordPieceFile file = read_wordpiece_json(path);
    return std::make_unique<WordPieceVocabulary>(std::move(file.pieces), path, file.rules);
  }
  std::string bytes = read_file(path, kMaxModelBytes);
  if (path.ends_with(".txt")) {
    return std::make_unique<WordPieceVocabulary>(std::move(bytes), path, rules);
  }
  return std::make_unique<SentencePieceVocabulary>(std::move(bytes), path);
}

}  // namespace

bool has_vocabulary(const std::string& folder) { return !vocabulary_in(folder).empty(); }

std::unique_ptr<const Vocabulary> load_vocabulary(const std::string& path, bool lower_case) {
  std::error_code ignored;
  if (!fs::is_directory(path, ignored)) return load(path, {.lower_case = lower_case});
  const fs::path file = vocabulary_in(path);
  if (file.empty()) {
    throw Error(ExitCode::no_input, "{}: there is neither {} nor {} nor {} in this folder",
                printable(path), kPieces, kModel, kJson);
  }
  return load(file.string(), rules_in(path, lower_case));
}

}  // namespace reprise
