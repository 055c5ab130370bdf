// Text: the sentences and documents of text files. A sentence a line, a blank line between
// documents; a file's end also ends its document.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace reprise {

// What to do about bytes that are not UTF-8: refuse the file, or put U+FFFD in their place.
enum class InvalidUtf8 { error, replace };

struct Text {
  std::vector<std::string_view> sentences;  // without white space at either end; never empty
  std::vector<int64_t> documents = {0};     // [documents + 1] document d is the sentences
                                            // documents[d] … documents[d + 1], at least one
  std::vector<std::string> warnings;
  std::vector<std::shared_ptr<const std::string>> contents;  // what the sentences point into

  int64_t document_count() const { return static_cast<int64_t>(documents.size()) - 1; }
};

// The files that match: a path is itself, a pattern with * ? [ is every file that it matches,
// sorted. Throws Error (no_input) for a pattern that matches nothing.
std::vector<std::string> matching_files(const std::vector<std::string>& paths);

// Reads the files in order; those packed with gzip too. CRLF line ends and a byte order mark are
// tolerated. Throws DataError naming file and line for what is no text: NUL bytes, invalid UTF-8
// (unless replaced, which is a warning), no sentence in all the files; Error as core/files.h.
Text load_text(const std::vector<std::string>& paths, InvalidUtf8 policy);

// The held-out part when no file is given for it: the last documents, as few as make at least 5 %
// of the sentences; where that would be more than 20 % (a single document, say), the last 5 % of
// the sentences. The rule looks at the text alone, never at a seed. Moves them out of `text`.
// Throws DataError for a text of a single sentence.
Text hold_out(Text& text);

}  // namespace reprise
