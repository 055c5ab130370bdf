// Where a configuration comes from: a file, the files it is based on, and --set; merged, with the
// origin of every value.
#pragma once

#include <filesystem>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "core/json.h"

namespace reprise {

// Where a value was written, for messages; places sort in the order in which to report them.
struct Place {
  std::string text;              // "file:line:column", "--set a.b=c", or just "file"
  std::filesystem::path folder;  // where relative paths written there count from
  int rank = 0;                  // of the file: the main one first, then its bases, then --set
  Position position;
  bool operator<(const Place& other) const {
    return std::tie(rank, position) < std::tie(other.rank, other.position);
  }
};

// "a.b=c" of --set: c is JSON if it can be read as such, and a string otherwise.
struct Override {
  std::string path;
  std::string text;  // after the '='
  Json value;
};

class ConfigSource {
 public:
  // The merged tree, without "$schema" and "base".
  const Json& tree() const { return tree_; }

  // The value at `path`, or null when there is none.
  const Json* find(std::string_view path) const;

  // Where `path` was given, by a file or by --set; empty when it wasn't. A value written in a short
  // form ("sharing": "all") is given under the path at which it was written ("model.sharing").
  std::optional<Place> given(std::string_view path) const;

  // Puts `value` at `path` unless something is there. `from` says in messages where it comes from,
  // such as "albert-base-v2/config.json".
  void set_default(const std::string& path, const Json& value, const std::string& from);

  // Where to point for a problem with the value at `path`, or with its key: there, or at the
  // nearest section around it that was written.
  Place place(std::string_view path) const;
  Place key_place(std::string_view path) const;

  // A file that is based on another removed the other's value of `path` by null, or a --set did.
  bool removed(std::string_view path) const { return removed_.count(std::string(path)) > 0; }
  // The text of a --set for exactly this path, if it decides the value.
  const std::string* override_text(std::string_view path) const;

 private:
  friend class ConfigLoader;
  struct Default {
    std::string path;
    std::string from;
  };

  Place place_of_override(size_t i) const;
  std::optional<Place> written(std::string_view path, bool key) const;

  Json tree_;
  std::vector<JsonDocument> files_;  // the main one first, then the one it is based on, …
  std::vector<Override> overrides_;
  std::vector<Default> defaults_;
  std::set<std::string> removed_;
};

// Reads a file, merges it over its "base" (a path relative to the file; the merge is RFC 7386,
// where null removes what the base has), and applies overrides "a.b=c" in their order. Throws
// ConfigError, and Error (no_input, no_permission, io) when the file can't be read.
ConfigSource load_config(const std::filesystem::path& file,
                         const std::vector<std::string>& overrides = {});
// The same for text that is already there; a "base" counts from the folder of `file_name`.
ConfigSource parse_config(std::string_view text, const std::string& file_name,
                          const std::vector<std::string>& overrides = {});

}  // namespace reprise
