#include "core/json_syntax.h"

#include <fmt/format.h>

#include <cctype>

namespace reprise {
namespace {

// The letters, digits and signs at the beginning of `text`: the word that a reader sees there.
std::string_view leading_word(std::string_view text) {
  size_t n = 0;
  while (n < text.size() && n < 30 &&
         (std::isalnum(static_cast<unsigned char>(text[n])) || text[n] == '_' || text[n] == '+' ||
          text[n] == '-' || text[n] == '.')) {
    ++n;
  }
  return text.substr(0, n);
}

std::string lower(std::string_view word) {
  std::string result(word);
  for (char& c : result) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return result;
}

bool has(const std::string& text, std::string_view part) {
  return text.find(part) != std::string::npos;
}

// What is wrong with a word that isn't in quotes; "" when nothing special.
std::string word_sentence(std::string_view word, const std::string& what) {
  if (has(what, "number overflow")) {
    return fmt::format("the number {} is too large for a double", word);
  }
  std::string name = lower(word);
  name.erase(0, name.find_first_not_of("+-"));
  if (name.empty()) return "";
  if (name == "nan" || name == "inf" || name == "infinity") {
    return fmt::format("{} isn't a number that JSON has", word);
  }
  if (has(what, "; expected string literal")) return "keys are put in double quotes";
  if (name == "true" || name == "false") return fmt::format("write {} in small letters", name);
  if (name == "none" || name == "null") return "write null for no value";
  return "";
}

}  // namespace

std::string json_reason(const std::string& what) {
  size_t begin = what.find(" - ");
  std::string reason = begin == std::string::npos ? what : what.substr(begin + 3);
  size_t quotation = reason.find("; last read: ");
  if (quotation != std::string::npos) {
    size_t rest = reason.rfind("; expected ");
    bool after = rest != std::string::npos && rest > quotation;
    reason = reason.substr(0, quotation) + (after ? reason.substr(rest) : "");
  }
  return reason;
}

std::string syntax_sentence(std::string_view rest, char separator, const std::string& what) {
  if (rest.starts_with("/*")) return "this comment has no end";
  if (rest.empty()) return "the text ends too early; a bracket, quote or value is missing";
  char c = rest[0];
  if (separator == ',' && (c == '}' || c == ']')) {
    return fmt::format("a comma before '{}'; JSON has none after the last entry", c);
  }
  bool begins_value = std::string_view("\"{[-0123456789tfn").find(c) != std::string_view::npos;
  if (begins_value && (has(what, "; expected '}'") || has(what, "; expected ']'"))) {
    return "a comma or a bracket is missing before this";
  }
  if (c == '\'') return "strings and keys are put in double quotes";
  std::string sentence = word_sentence(leading_word(rest), what);
  return sentence.empty() ? json_reason(what) : sentence;
}

}  // namespace reprise
