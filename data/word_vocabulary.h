// WordVocabulary: whole words and their ids, for language models that read words.
//
// In a file it is a word a line, id 0 first. Two words stand for what is no word of the text: <unk>
// for every word outside the vocabulary, and <eos> for the end of a sentence. (Penn Treebank as it is
// handed around has <unk> in its text; there it is the same word.)
#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace reprise {

// A key that is found by a view of it as well.
struct WordHash {
  using is_transparent = void;
  size_t operator()(std::string_view word) const { return std::hash<std::string_view>{}(word); }
};
template <class Value>
using WordMap = std::unordered_map<std::string, Value, WordHash, std::equal_to<>>;

class WordVocabulary {
 public:
  static constexpr std::string_view kUnknown = "<unk>", kEnd = "<eos>";

  // The commonest words of the sentences, as many as give `size` words with <unk> 0 and <eos> 1; words
  // that are equally common in the order of their code points. A text of fewer words gives fewer.
  static WordVocabulary learn(std::span<const std::string_view> sentences, int64_t size,
                              bool lower_case);
  // Throws DataError naming file and line for an empty file, an empty or repeated word, white space
  // inside a word, invalid UTF-8, and a vocabulary without <unk> or <eos>; Error as core/files.h.
  static WordVocabulary load(const std::string& path);
  // Replaces the file, see write_file.
  void write(const std::string& path) const;

  int64_t size() const { return static_cast<int64_t>(words_.size()); }
  int32_t id_of(std::string_view word) const;  // that of <unk> for a word that isn't here
  const std::string& word(int32_t id) const { return words_.at(static_cast<size_t>(id)); }
  int32_t unknown() const { return unknown_; }
  int32_t end() const { return end_; }

 private:
  WordVocabulary() = default;
  // False when the word is there already.
  bool add(std::string_view word);

  std::vector<std::string> words_;
  WordMap<int32_t> ids_;
  int32_t unknown_ = 0;
  int32_t end_ = 1;
};

}  // namespace reprise
