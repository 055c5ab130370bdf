#include "core/manifest.h"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <set>
#include <vector>

#include "core/error.h"
#include "core/printable.h"

namespace reprise {

namespace {

using Json = nlohmann::json;

constexpr int kMaxDepth = 32;

// The end of the text: the hash of what is before. Its length never varies.
std::string ending_for(std::string_view body) {
  return fmt::format(",\n  \"xxh3_128\": \"{}\"\n}}\n", hash_of(body));
}

void check_own_hash(std::string_view text) {
  const size_t length = ending_for("").size();
  const std::string_view body = text.substr(0, text.size() - std::min(text.size(), length));
  if (text.substr(body.size()) != ending_for(body)) {
    throw std::invalid_argument("it differs from its own hash");
  }
}

bool is_hash(std::string_view text) {
  return text.size() == 32 && text.find_first_not_of("0123456789abcdef") == std::string_view::npos;
}

// Parses a JSON object, refusing names that occur twice and deep nesting.
Json parse_object(std::string_view text) {
  std::vector<std::set<std::string>> names;
  const auto check = [&](int depth, Json::parse_event_t event, Json& value) {
    if (depth > kMaxDepth) throw std::invalid_argument("it is nested too deeply");
    if (event == Json::parse_event_t::object_start) names.emplace_back();
    if (event == Json::parse_event_t::object_end) names.pop_back();
    if (event == Json::parse_event_t::key &&
        !names.back().insert(value.get<std::string>()).second) {
      throw std::invalid_argument("a name occurs twice");
    }
    return true;
  };
  Json result = Json::parse(text, check);
  if (!result.is_object()) throw std::invalid_argument("it is not an object");
  return result;
}

FileStamp read_stamp(const Json& entry) {
  const Json& bytes = entry.at("bytes");
  const auto& hash = entry.at("xxh3_128").get_ref<const std::string&>();
  if (entry.size() != 2 || !bytes.is_number_unsigned() || !is_hash(hash)) {
    throw std::invalid_argument("an entry of \"files\" is malformed");
  }
  return {bytes.get<uint64_t>(), hash};
}

Manifest read_manifest(const Json& json) {
  Manifest manifest;
  if (json.at("format") != Manifest::kFormat) {
    throw std::invalid_argument(fmt::format("format {} is not the {} that this version reads",
                                            printable(json.at("format").dump(), 20),
                                            Manifest::kFormat));
  }
  manifest.name = json.at("name").get<std::string>();
  if (!json.at("files").is_object() || !json.at("fields").is_object() || json.size() != 5) {
    throw std::invalid_argument("it has other parts than a manifest");
  }
  for (const auto& [name, entry] : json.at("files").items()) {
    if (!is_bare_name(name)) {
      throw std::invalid_argument(fmt::format("\"{}\" can't be a file's name", printable(name)));
    }
    manifest.files.emplace(name, read_stamp(entry));
  }
  manifest.fields = json.at("fields").dump();
  return manifest;
}

}  // namespace

bool is_bare_name(std::string_view name) {
  return !name.empty() && name.size() <= 255 && name[0] != '.' && name != kManifestName &&
         name.find('/') == std::string_view::npos && name.find('\0') == std::string_view::npos;
}

std::string to_json(const Manifest& manifest) {
  Json files = Json::object();
  for (const auto& [name, stamp] : manifest.files) {
    files[name] = {{"bytes", stamp.bytes}, {"xxh3_128", stamp.hash}};
  }
  try {
    const Json json = {{"format", Manifest::kFormat},
                       {"name", manifest.name},
                       {"files", files},
                       {"fields", parse_object(manifest.fields)}};
    std::string body = json.dump(2);
    body.resize(body.size() - std::string_view("\n}").size());
    return body + ending_for(body);
  } catch (const Error&) {
    throw;
  } catch (const std::exception& error) {
    throw UsageError("manifest: the fields can't be written: {}", error.what());
  }
}

Manifest parse_manifest(std::string_view text, const std::string& path) {
  try {
    check_own_hash(text);
    return read_manifest(parse_object(text));
  } catch (const std::bad_alloc&) {
    throw;
  } catch (const std::exception& error) {
    throw Error(ExitCode::corrupt, "{}: damaged manifest: {}", printable(path),
                printable(error.what()));
  }
}

}  // namespace reprise
