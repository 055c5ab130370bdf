#include "data/vocabulary/vocabulary.h"

#include "core/files.h"
#include "data/vocabulary/sentencepiece_vocabulary.h"
#include "data/vocabulary/wordpiece_vocabulary.h"

namespace reprise {

std::unique_ptr<const Vocabulary> load_vocabulary(const std::string& path, bool lower_case) {
  std::string bytes = read_file(path, kMaxModelBytes);
  if (path.ends_with(".txt")) {
    return std::make_unique<WordPieceVocabulary>(std::move(bytes), path,
                                                 BertTextRules{.lower_case = lower_case});
  }
  return std::make_unique<SentencePieceVocabulary>(std::move(bytes), path);
}

}  // namespace reprise
