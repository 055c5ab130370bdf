// Paths into a JSON tree, as messages show them and `--set` takes them: model.layers.0.type
//
// A key of other characters than letters, digits, '_', '-' and '$' is written as a JSON string:
// map."a.b". So every key has a path of its own, and a path is always safe to print.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace reprise {

// `key` below `parent`; the path of the root is "".
std::string join_path(std::string_view parent, std::string_view key);
// The keys on the way. Throws Error (usage) for an unclosed or ill-formed quoted key.
std::vector<std::string> split_path(std::string_view path);
// The path up to the last key: "" for a key of the root.
std::string parent_path(std::string_view path);

// `key` as the index of an element of a list: its value, or -1 when it isn't one of [0, size).
long list_index(std::string_view key, size_t size);

}  // namespace reprise
