#include "core/config_unknown.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>

#include "core/json_path.h"
#include "core/suggest.h"

namespace reprise {
namespace {

constexpr size_t kMostKept = 100;  // as many as are shown; suggestions for more only cost time

bool contains(const std::vector<std::string>& keys, const std::string& key) {
  return std::find(keys.begin(), keys.end(), key) != keys.end();
}

// The path of a section with "0" for every index: all elements of a list know the same keys.
std::string pattern_of(const std::string& path) {
  std::string pattern;
  for (const std::string& key : split_path(path)) {
    bool index = !key.empty() && key.find_first_not_of("0123456789") == std::string::npos;
    pattern = join_path(pattern, index ? "0" : key);
  }
  return pattern;
}

}  // namespace

void UnknownKeys::note(StructValue& config, const Json& object, const std::string& path,
                       const std::vector<std::string>& known, bool wrong_choice) {
  known_.emplace(pattern_of(path), known);
  std::optional<FieldDescription> section;  // made for the first unknown key
  for (auto it = object.begin(); it != object.end(); ++it) {
    if (contains(known, it.key())) continue;
    if (unknown_.size() >= kMostKept) {
      ++more_;
      continue;
    }
    if (!section) section = detail::describe_config(config);
    note_key(it.key(), path, *section, wrong_choice);
  }
}

void UnknownKeys::note_key(const std::string& key, const std::string& path,
                           const FieldDescription& section, bool wrong_choice) {
  Unknown unknown{path, key, {}, ""};
  for (const FieldDescription& field : section.fields) {
    if (field.key == key) unknown.used_when = field.condition_text();
    unknown.siblings.push_back(field.key);
  }
  if (unknown.used_when.empty() || !wrong_choice) unknown_.push_back(std::move(unknown));
}

// "; did you mean "hidden_size"?", "; it belongs under "optimizer"", or nothing.
std::string UnknownKeys::hint(const Unknown& unknown) const {
  if (!unknown.used_when.empty()) return "; it is used only when " + unknown.used_when;
  const std::string* sibling = nearest(unknown.key, unknown.siblings);
  bool near = sibling && edit_distance(*sibling, unknown.key) <= 1;
  std::string elsewhere = near ? "" : hint_elsewhere(unknown);
  if (!elsewhere.empty()) return elsewhere;
  return sibling ? fmt::format("; did you mean \"{}\"?", *sibling) : "";
}

// The sections that know exactly this key.
std::string UnknownKeys::hint_elsewhere(const Unknown& unknown) const {
  std::string sections;
  for (const auto& [section, keys] : known_) {
    if (!contains(keys, unknown.key) || section == pattern_of(unknown.section)) continue;
    sections += sections.empty() ? "" : " or ";
    sections += section.empty() ? "at the top" : fmt::format("under \"{}\"", section);
  }
  return sections.empty() ? "" : "; it belongs " + sections;
}

void UnknownKeys::report(Problems& problems) const {
  for (const Unknown& unknown : unknown_) {
    std::string path = join_path(unknown.section, unknown.key);
    problems.add_to_key(path, "unknown key" + hint(unknown));
  }
  problems.add_unshown(more_);
}

}  // namespace reprise
