// Checks of text before anything else sees it. The decoder is utf8proc's.
#pragma once

#include <string>
#include <string_view>

namespace reprise {

// Throws DataError for UTF-16 and for NUL bytes: most often no text file. `name` is what errors call it.
void refuse_binary(const std::string& name, std::string_view content);

// Bytes of the longest valid UTF-8 prefix: text.size() when all of it is valid. Surrogates,
// overlong forms and code points above U+10FFFF are not valid.
size_t valid_utf8_prefix(std::string_view text);
inline bool is_utf8(std::string_view text) { return valid_utf8_prefix(text) == text.size(); }

// The text with U+FFFD for each byte that is not part of a valid character.
std::string replace_invalid_utf8(std::string_view text);

// Valid text with each character replaced by its small form, where Unicode has a single one.
std::string lower_case(std::string_view text);

}  // namespace reprise
