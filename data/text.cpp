#include "data/text.h"

#include <glob.h>

#include <algorithm>
#include <cstring>
#include <filesystem>

#include "core/error.h"
#include "core/files.h"
#include "data/lines.h"
#include "data/utf8.h"

namespace reprise {

namespace {

constexpr size_t kLinesNamed = 5;    // of those at fault
constexpr int64_t kMostHeldOut = 4;  // times the share that is wanted

// Sees to bytes that aren't UTF-8 as the policy says.
void check_utf8(const std::string& path, std::string& content, InvalidUtf8 policy,
                std::vector<std::string>& warnings) {
  if (is_utf8(content)) return;
  int64_t count = 0;
  std::vector<int64_t> first;
  for_each_line(content, [&](std::string_view line, int64_t number) {
    if (is_utf8(line)) return;
    ++count;
    if (first.size() < kLinesNamed) first.push_back(number);
  });
  const std::string what = fmt::format("{}:{}: not valid UTF-8 ({} {}: {}{})", path, first.front(),
                                       count, count == 1 ? "line" : "lines", fmt::join(first, ", "),
                                       count > static_cast<int64_t>(first.size()) ? ", …" : "");
  if (policy == InvalidUtf8::error) {
    throw DataError("{}; convert the file, or set data.invalid_utf8 to \"replace\"", what);
  }
  content = replace_invalid_utf8(content);
  warnings.push_back(what + "; U+FFFD put in place of the bytes");
}

void end_document(Text& text) {
  const auto sentences = static_cast<int64_t>(text.sentences.size());
  if (sentences > text.documents.back()) text.documents.push_back(sentences);
}

void add_file(Text& text, const std::string& path, InvalidUtf8 policy) {
  std::string content = read_text(path);
  refuse_binary(path, content);
  check_utf8(path, content, policy, text.warnings);
  text.contents.push_back(std::make_shared<const std::string>(std::move(content)));
  for_each_line(without_byte_order_mark(*text.contents.back()), [&](std::string_view line, int64_t) {
    const std::string_view sentence = trimmed(line);
    if (sentence.empty()) {
      end_document(text);
    } else {
      text.sentences.push_back(sentence);
    }
  });
  end_document(text);
}

}  // namespace

std::vector<std::string> matching_files(const std::vector<std::string>& paths) {
  std::vector<std::string> files;
  for (const std::string& path : paths) {
    // A file's own name is no pattern, whatever is in it.
    if (std::error_code error; path.find_first_of("*?[") == path.npos || std::filesystem::exists(path, error)) {
      files.push_back(path);
      continue;
    }
    glob_t found{};
    const int result = ::glob(path.c_str(), 0, nullptr, &found);  // sorted
    for (size_t i = 0; result == 0 && i < found.gl_pathc; ++i) files.push_back(found.gl_pathv[i]);
    ::globfree(&found);
    if (result != 0) throw Error(ExitCode::no_input, "{}: no file matches this pattern", path);
  }
  return files;
}

Text load_text(const std::vector<std::string>& paths, InvalidUtf8 policy) {
  Text text;
  const std::vector<std::string> files = matching_files(paths);
  if (files.empty()) throw DataError("data: no text files given");
  for (const std::string& path : files) add_file(text, path, policy);
  if (text.sentences.empty()) {
    throw DataError("{}{}: no sentence in it: the file is empty or blank", files.front(),
                    files.size() > 1 ? fmt::format(" and {} more", files.size() - 1) : "");
  }
  return text;
}

Text hold_out(Text& text) {
  const auto sentences = static_cast<int64_t>(text.sentences.size());
  if (sentences < 2) {
    throw DataError(
        "data.train: a single sentence can't be cut into text to train on and held-out "
        "text; give data.valid");
  }
  const int64_t wanted = std::max<int64_t>(1, (sentences + 19) / 20);  // 5 %
  int64_t first = sentences - wanted;
  const auto after = std::upper_bound(text.documents.begin(), text.documents.end(), first);
  const int64_t document = *(after - 1);
  if (document > 0 && sentences - document <= kMostHeldOut * wanted) first = document;
  Text held;
  held.contents = text.contents;
  held.sentences.assign(text.sentences.begin() + first, text.sentences.end());
  for (const int64_t end : text.documents) {
    if (end > first) held.documents.push_back(end - first);
  }
  text.sentences.resize(static_cast<size_t>(first));
  std::erase_if(text.documents, [&](int64_t end) { return end > first; });
  end_document(text);
  return held;
}

}  // namespace reprise
