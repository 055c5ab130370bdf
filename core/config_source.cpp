#include "core/config_source.h"

#include <fmt/format.h>

#include "core/json_path.h"

namespace reprise {
namespace {

// `path` is `other` or lies inside it.
bool within(std::string_view path, std::string_view other) {
  if (other.empty()) return true;
  return path.starts_with(other) && (path.size() == other.size() || path[other.size()] == '.');
}

const Json* child(const Json& value, const std::string& key) {
  if (value.is_object()) {
    auto it = value.find(key);
    return it == value.end() ? nullptr : &*it;
  }
  if (!value.is_array()) return nullptr;
  long index = list_index(key, value.size());
  return index < 0 ? nullptr : &value[index];
}

const Json* find_in(const Json& root, std::string_view path) {
  const Json* value = &root;
  for (const std::string& key : split_path(path)) {
    value = child(*value, key);
    if (!value) return nullptr;
  }
  return value;
}

// The override says what is at `path`, and not just at something inside it.
bool decides(const Override& item, std::string_view path) {
  if (!within(path, item.path)) return false;
  std::string_view rest = path.substr(item.path.size());
  if (rest.starts_with('.')) rest.remove_prefix(1);
  return find_in(item.value, rest) != nullptr;
}

}  // namespace

const Json* ConfigSource::find(std::string_view path) const { return find_in(tree_, path); }

Place ConfigSource::place_of_override(size_t i) const {
  int rank = static_cast<int>(files_.size() + i);
  return {fmt::format("--set {}={}", overrides_[i].path, overrides_[i].text), "", rank, {}};
}

std::optional<Place> ConfigSource::written(std::string_view path, bool key) const {
  for (size_t i = overrides_.size(); i-- > 0;) {
    if (decides(overrides_[i], path)) return place_of_override(i);
  }
  for (size_t i = 0; i < files_.size(); ++i) {
    Position at = key ? files_[i].key_position(path) : files_[i].value_position(path);
    if (at.line == 0) continue;
    const std::string& name = files_[i].file();
    return Place{fmt::format("{}:{}:{}", name, at.line, at.column),
                 std::filesystem::path(name).parent_path(), static_cast<int>(i), at};
  }
  for (const Default& item : defaults_) {
    if (within(path, item.path)) return Place{item.from, "", -1, {}};
  }
  // Sections that exist only because an override is inside them.
  for (size_t i = 0; i < overrides_.size() && !path.empty(); ++i) {
    if (within(overrides_[i].path, path)) return place_of_override(i);
  }
  return std::nullopt;
}

std::optional<Place> ConfigSource::given(std::string_view path) const {
  if (!find(path)) return std::nullopt;
  for (const Default& item : defaults_) {
    if (within(path, item.path)) return std::nullopt;
  }
  return written(path, false);
}

Place ConfigSource::place(std::string_view path) const {
  std::string inner(path);
  for (;;) {
    if (std::optional<Place> place = written(inner, false)) return *place;
    if (inner.empty()) return Place{files_.empty() ? "config" : files_[0].file(), "", 0, {}};
    inner = parent_path(inner);
  }
}

Place ConfigSource::key_place(std::string_view path) const {
  std::optional<Place> place = written(path, true);
  return place ? *place : this->place(path);
}

const std::string* ConfigSource::override_text(std::string_view path) const {
  for (size_t i = overrides_.size(); i-- > 0;) {
    if (overrides_[i].path == path) return &overrides_[i].text;
    if (within(path, overrides_[i].path)) return nullptr;  // set as a part of a later, larger one
  }
  return nullptr;
}

void ConfigSource::set_default(const std::string& path, const Json& value,
                               const std::string& from) {
  if (find(path)) return;
  Json* parent = &tree_;
  for (const std::string& key : split_path(parent_path(path))) {
    if (parent->is_null()) *parent = Json::object();
    if (!parent->is_object()) return;  // of the wrong type: binding will say so
    parent = &(*parent)[key];
  }
  if (parent->is_null()) *parent = Json::object();
  if (!parent->is_object()) return;
  (*parent)[split_path(path).back()] = value;
  defaults_.push_back({path, from});
}

}  // namespace reprise
