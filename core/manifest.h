// The manifest of a committed directory: what belongs to it, and the hash of each file.
//
// A JSON object whose last entry is the hash of all text before that entry, so that damage to the
// manifest itself is found too. It isn't meant to be edited.
#pragma once

#include <map>
#include <string>
#include <string_view>

#include "core/files.h"

namespace reprise {

inline constexpr std::string_view kManifestName = "manifest.json";

struct Manifest {
  static constexpr int kFormat = 1;

  std::string name;                                     // the directory's, when it was committed
  std::map<std::string, FileStamp, std::less<>> files;  // without the manifest itself
  std::string fields = "{}";                            // the caller's JSON object
};

// Throws UsageError when `fields` isn't a JSON object.
std::string to_json(const Manifest& manifest);
// Throws Error (corrupt) with `path` in front unless `text` is a manifest as to_json writes it.
Manifest parse_manifest(std::string_view text, const std::string& path);

// Whether `name` may be that of a file in a committed directory: a bare name, not hidden.
bool is_bare_name(std::string_view name);

}  // namespace reprise
