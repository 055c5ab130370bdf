#include "data/word_vocabulary.h"

#include <algorithm>
#include <utility>

#include "core/error.h"
#include "core/files.h"
#include "data/lines.h"
#include "data/utf8.h"

namespace reprise {

namespace {

constexpr std::string_view kForm = "a vocabulary is a word a line";

using WordCount = std::pair<std::string, int64_t>;

// How often each word occurs, the commonest first; but for the two that every vocabulary has.
std::vector<WordCount> count_words(std::span<const std::string_view> sentences, bool lower) {
  WordMap<int64_t> counts;
  for (const std::string_view sentence : sentences) {
    const std::string lowered = lower ? lower_case(sentence) : std::string();
    for_each_word(lower ? std::string_view(lowered) : sentence, [&](std::string_view word) {
      const auto found = counts.find(word);
      if (found == counts.end()) {
        counts.emplace(word, 1);
      } else {
        ++found->second;
      }
    });
  }
  counts.erase(std::string(WordVocabulary::kUnknown));
  counts.erase(std::string(WordVocabulary::kEnd));
  std::vector<WordCount> sorted(counts.begin(), counts.end());
  std::ranges::sort(sorted, [](const WordCount& a, const WordCount& b) {
    return a.second != b.second ? a.second > b.second : a.first < b.first;  // UTF-8: by code points
  });
  return sorted;
}

}  // namespace

bool WordVocabulary::add(std::string_view word) {
  const bool fresh = ids_.emplace(word, static_cast<int32_t>(words_.size())).second;
  if (fresh) words_.emplace_back(word);
  return fresh;
}

WordVocabulary WordVocabulary::learn(std::span<const std::string_view> sentences, int64_t size,
                                     bool lower_case) {
  WordVocabulary vocabulary;
  vocabulary.add(kUnknown);
  vocabulary.add(kEnd);
  for (const WordCount& count : count_words(sentences, lower_case)) {
    if (vocabulary.size() >= size) break;
    vocabulary.add(count.first);
  }
  return vocabulary;
}

WordVocabulary WordVocabulary::load(const std::string& path) {
  const std::string content = read_text(path);
  WordVocabulary vocabulary;
  for_each_line(without_byte_order_mark(content), [&](std::string_view line, int64_t number) {
    const std::string_view word = line.ends_with('\r') ? line.substr(0, line.size() - 1) : line;
    if (!is_utf8(word)) throw DataError("{}:{}: not valid UTF-8", path, number);
    if (word.empty()) throw DataError("{}:{}: an empty line; {}", path, number, kForm);
    if (word.find_first_of(kWhiteSpace) != word.npos) {
      throw DataError("{}:{}: \"{}\" has white space in it; {}", path, number, word, kForm);
    }
    if (vocabulary.add(word)) return;
    throw DataError("{}:{}: the word {} stands in line {} already", path, number, word,
                    vocabulary.ids_.find(word)->second + 1);
  });
  if (vocabulary.size() == 0) throw DataError("{}: the file is empty; {}", path, kForm);
  const auto special = [&](std::string_view word, std::string_view meaning) {
    const auto found = vocabulary.ids_.find(word);
    if (found != vocabulary.ids_.end()) return found->second;
    throw DataError("{}: the vocabulary has no {}, which stands for {}", path, word, meaning);
  };
  vocabulary.unknown_ = special(kUnknown, "words outside of it");
  vocabulary.end_ = special(kEnd, "the end of a sentence");
  return vocabulary;
}

void WordVocabulary::write(const std::string& path) const {
  std::string content;
  for (const std::string& word : words_) content += word + '\n';
  write_file(path, content);
}

int32_t WordVocabulary::id_of(std::string_view word) const {
  const auto found = ids_.find(word);
  return found == ids_.end() ? unknown_ : found->second;
}

}  // namespace reprise
