// Loading: the file, the files it is based on, and the overrides become one tree.
#include <fmt/format.h>

#include <algorithm>

#include "core/config_source.h"
#include "core/json_path.h"

namespace reprise {
namespace {

constexpr JsonLimits kConfigLimits = {.bytes = size_t{4} << 20, .values = 200'000, .depth = 64};
constexpr size_t kMostBases = 16;

// The '=' that ends the path of an override; quoted keys may contain others.
size_t end_of_override_path(std::string_view text) {
  bool quoted = false;
  for (size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '\\' && quoted)
      ++i;
    else if (text[i] == '"')
      quoted = !quoted;
    else if (text[i] == '=' && !quoted)
      return i;
  }
  return std::string_view::npos;
}

Json json_or_string(const std::string& text) {
  try {
    return parse_json(text, "--set", ExitCode::config, kConfigLimits).value();
  } catch (const Error&) {
    return text;
  }
}

Override parse_override(const std::string& text) {
  size_t equals = end_of_override_path(text);
  if (equals == std::string::npos || equals == 0) {
    throw ConfigError("--set {}: write a path, '=' and a value, such as model.hidden_size=128",
                      text);
  }
  Override result;
  try {
    std::vector<std::string> keys = split_path(std::string_view(text).substr(0, equals));
    if (keys.size() > static_cast<size_t>(kConfigLimits.depth)) {
      throw ConfigError("the path is deeper than {} levels", kConfigLimits.depth);
    }
    for (const std::string& key : keys) result.path = join_path(result.path, key);
  } catch (const Error& e) {
    throw ConfigError("--set {}: {}", text, e.what());
  }
  result.text = text.substr(equals + 1);
  result.value = json_or_string(result.text);
  return result;
}

}  // namespace

class ConfigLoader {
 public:
  // Adds the files from `document` down to its last base.
  void add_files(JsonDocument document) {
    source_.files_.push_back(std::move(document));
    while (std::optional<std::filesystem::path> base = base_of_last()) {
      source_.files_.push_back(read_base(*base));
    }
  }

  ConfigSource load(const std::vector<std::string>& overrides) {
    source_.tree_ = Json::object();
    for (size_t i = source_.files_.size(); i-- > 0;) {
      Json layer = source_.files_[i].value();
      if (i + 1 < source_.files_.size()) {
        merge(source_.tree_, layer, "");
      } else {
        source_.tree_ = std::move(layer);
      }
    }
    source_.tree_.erase("$schema");
    source_.tree_.erase("base");
    std::string problems;
    for (const std::string& text : overrides) {
      try {
        apply(parse_override(text));
      } catch (const ConfigError& e) {
        problems += (problems.empty() ? "" : "\n") + std::string(e.what());
      }
    }
    if (!problems.empty()) throw ConfigError("{}", problems);
    return std::move(source_);
  }

 private:
  // The file that the last one is based on, if it names one.
  std::optional<std::filesystem::path> base_of_last() {
    const JsonDocument& document = source_.files_.back();
    if (!document.value().is_object()) {
      throw ConfigError("{}: a configuration is an object {{…}}, found {}", document.place(""),
                        describe_json(document.value()));
    }
    auto base = document.value().find("base");
    if (base == document.value().end()) return std::nullopt;
    if (!base->is_string() || base->get_ref<const std::string&>().empty()) {
      throw ConfigError("{}: base: expected the path of a configuration, found {}",
                        document.place("base"), describe_json(*base));
    }
    std::filesystem::path folder = std::filesystem::path(document.file()).parent_path();
    return (folder / base->get<std::string>()).lexically_normal();
  }

  JsonDocument read_base(const std::filesystem::path& file) {
    std::string place = source_.files_.back().place("base");
    if (source_.files_.size() > kMostBases) {
      throw ConfigError("{}: base: more than {} configurations on top of each other", place,
                        kMostBases);
    }
    for (const JsonDocument& other : source_.files_) {
      std::error_code ignored;  // a file that can't be compared isn't the same
      if (!std::filesystem::equivalent(file, other.file(), ignored)) continue;
      throw ConfigError("{}: base: {} is based on itself", place, other.file());
    }
    try {
      return read_json(file, ExitCode::config, kConfigLimits);
    } catch (const ConfigError&) {
      throw;  // names its place
    } catch (const Error& e) {
      throw ConfigError("{}: base: {}", place, e.what());
    }
  }

  // RFC 7386, except that a null that removes nothing stays: it may be a mistyped key.
  void merge(Json& target, const Json& patch, const std::string& path) {
    for (auto it = patch.begin(); it != patch.end(); ++it) {
      std::string at = join_path(path, it.key());
      auto old = target.find(it.key());
      if (old == target.end()) {
        target[it.key()] = *it;
      } else if (it->is_null()) {
        target.erase(old);
        source_.removed_.insert(at);
        continue;
      } else if (it->is_object() && old->is_object()) {
        merge(*old, *it, at);
      } else {
        *old = *it;
      }
      source_.removed_.erase(at);
    }
  }

  // Sets one value, making the sections on the way to it. As in a merge, null removes what is
  // there.
  void apply(Override item) {
    bool there = source_.find(item.path) != nullptr;
    Json* parent = nullptr;
    Json* value = &source_.tree_;
    std::string path;
    std::string last;
    for (const std::string& key : split_path(item.path)) {
      parent = value;
      value = step(*value, key, path, item);
      path = join_path(path, key);
      last = key;
    }
    if (there && item.value.is_null() && parent->is_object()) {
      parent->erase(last);
      source_.removed_.insert(path);
    } else {
      *value = item.value;
      source_.removed_.erase(path);
    }
    source_.overrides_.push_back(std::move(item));
  }

  // The place of `key` in `parent`, which is at `path`. An override that can't be followed throws.
  static Json* step(Json& parent, const std::string& key, const std::string& path,
                    const Override& item) {
    if (parent.is_null()) parent = Json::object();
    if (parent.is_object()) return &parent[key];
    long index = parent.is_array() ? list_index(key, parent.size()) : -1;
    if (index >= 0) return &parent[index];
    std::string found =
        parent.is_array() ? fmt::format("a list of {}", parent.size()) : describe_json(parent);
    throw ConfigError("--set {}={}: {} is {}: there is no \"{}\" in it", item.path, item.text, path,
                      found, key);
  }

  ConfigSource source_;
};

ConfigSource parse_config(std::string_view text, const std::string& file_name,
                          const std::vector<std::string>& overrides) {
  ConfigLoader loader;
  loader.add_files(parse_json(text, file_name, ExitCode::config, kConfigLimits));
  return loader.load(overrides);
}

ConfigSource load_config(const std::filesystem::path& file,
                         const std::vector<std::string>& overrides) {
  ConfigLoader loader;
  loader.add_files(read_json(file, ExitCode::config, kConfigLimits));
  return loader.load(overrides);
}

}  // namespace reprise
