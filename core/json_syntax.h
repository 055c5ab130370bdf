// What to say about JSON that can't be read: a sentence for whoever wrote it.
#pragma once

#include <string>
#include <string_view>

namespace reprise {

// What is wrong where `rest`, the text from the unexpected token on, begins. `separator` is the ','
// or ':' just before it, or 0; `what` is the library's message, used when nothing better is known.
std::string syntax_sentence(std::string_view rest, char separator, const std::string& what);

// The reason in the library's message, without its prefix and its quotation of what it read.
std::string json_reason(const std::string& what);

}  // namespace reprise
