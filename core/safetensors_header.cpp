#include "core/safetensors_header.h"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <optional>
#include <utility>

#include "core/error.h"
#include "core/printable.h"

namespace reprise {

namespace {

constexpr size_t kMaxString = size_t{1} << 24;
constexpr size_t kMaxEntries = size_t{1} << 18;
constexpr size_t kMaxRank = 64;

struct FileType {
  std::string_view name;
  int bits;
};
constexpr FileType kFileTypes[] = {
    {"BOOL", 8},        {"F4", 4},      {"F6_E2M3", 6}, {"F6_E3M2", 6}, {"U8", 8},
    {"I8", 8},          {"F8_E5M2", 8}, {"F8_E4M3", 8}, {"F8_E8M0", 8}, {"F8_E4M3FNUZ", 8},
    {"F8_E5M2FNUZ", 8}, {"I16", 16},    {"U16", 16},    {"F16", 16},    {"BF16", 16},
    {"I32", 32},        {"U32", 32},    {"F32", 32},    {"C64", 64},    {"F64", 64},
    {"I64", 64},        {"U64", 64},
};

// What one tensor's object has said so far.
struct Draft {
  std::optional<std::string> dtype;
  std::optional<std::vector<int64_t>> shape;
  std::optional<std::vector<uint64_t>> offsets;
};

// Receives the parser's events. There are five places, so nesting needs no stack and has no depth.
class HeaderReader : public nlohmann::json_sax<nlohmann::json> {
 public:
  HeaderReader(const std::string& path, SafetensorsHeader& header) : path_(path), header_(header) {}

  bool key(string_t& name) override {
    if (place_ == Place::header) return enter_name(name);
    if (place_ == Place::metadata) {
      count_entry();
      key_ = name;
      if (header_.metadata.contains(key_)) fail("the key \"{}\" occurs twice", printable(key_));
      return true;
    }
    key_ = name;
    const bool known = key_ == "dtype" || key_ == "shape" || key_ == "data_offsets";
    if (!known) fail("unknown field \"{}\"", printable(key_));
    const bool twice = (key_ == "dtype" && draft_.dtype) || (key_ == "shape" && draft_.shape) ||
                       (key_ == "data_offsets" && draft_.offsets);
    if (twice) fail("\"{}\" occurs twice", key_);
    return true;
  }

  bool start_object(size_t) override {
    if (place_ == Place::outside) {
      place_ = Place::header;
    } else if (place_ == Place::header) {
      place_ = name_ == kMetadataKey ? Place::metadata : Place::tensor;
      draft_ = {};
    } else {
      unexpected("an object");
    }
    return true;
  }

  bool end_object() override {
    if (place_ == Place::tensor) add_tensor();
    place_ = place_ == Place::header ? Place::outside : Place::header;
    if (place_ == Place::header) context_.clear();
    return true;
  }

  bool start_array(size_t) override {
    if (place_ != Place::tensor || key_ == "dtype") unexpected("an array");
    place_ = Place::list;
    if (key_ == "shape") draft_.shape.emplace();
    if (key_ == "data_offsets") draft_.offsets.emplace();
    return true;
  }

  bool end_array() override {
    place_ = Place::tensor;
    return true;
  }

  bool string(string_t& value) override {
    if (place_ == Place::metadata) {
      header_.metadata.emplace(std::move(key_), std::move(value));
    } else if (place_ == Place::tensor && key_ == "dtype") {
      draft_.dtype = std::move(value);
    } else {
      unexpected("a string");
    }
    return true;
  }

  bool number_unsigned(number_unsigned_t value) override {
    if (place_ != Place::list) unexpected("a number");
    if (key_ == "data_offsets") {
      if (draft_.offsets->size() == 2) fail("\"data_offsets\" has more than two numbers");
      draft_.offsets->push_back(value);
    } else {
      if (draft_.shape->size() == kMaxRank) fail("has more than {} dimensions", kMaxRank);
      if (value > static_cast<uint64_t>(INT64_MAX)) fail("a size of {} is too large", value);
      draft_.shape->push_back(static_cast<int64_t>(value));
    }
    return true;
  }

  bool number_integer(number_integer_t) override { unexpected("a negative number"); }
  bool number_float(number_float_t, const string_t&) override { unexpected("a broken number"); }
  bool boolean(bool) override { unexpected("true or false"); }
  bool null() override { unexpected("null"); }
  bool binary(binary_t&) override { unexpected("binary data"); }

  bool parse_error(size_t position, const std::string&, const nlohmann::json::exception&) override {
    throw DataError("{}: the header is not valid JSON at byte {}", printable(path_), position);
  }

 private:
  enum class Place { outside, header, metadata, tensor, list };

  template <class... Args>
  [[noreturn]] void fail(fmt::format_string<Args...> format, Args&&... args) const {
    throw DataError("{}: {}{}", printable(path_), context_,
                    fmt::format(format, std::forward<Args>(args)...));
  }

  [[noreturn]] void unexpected(std::string_view what) const {
    switch (place_) {
      case Place::outside:
        fail("the header is {}, not an object", what);
      case Place::header:
        fail("the entry is {}, not an object", what);
      case Place::metadata:
        fail("\"{}\" is {}, not a string", printable(key_), what);
      case Place::tensor:
        fail("\"{}\" is {}", key_, what);
      case Place::list:
        fail("\"{}\" holds {}, not a size", key_, what);
    }
    fail("unexpected {}", what);
  }

  bool enter_name(string_t& name) {
    count_entry();
    name_ = name;
    context_ = name_ == kMetadataKey ? fmt::format("\"{}\": ", kMetadataKey)
                                     : fmt::format("tensor \"{}\": ", printable(name_));
    if (name_ == kMetadataKey ? std::exchange(metadata_seen_, true)
                              : header_.tensors.contains(name_)) {
      fail("the name occurs twice");
    }
    return true;
  }

  void count_entry() {
    if (++entries_ > kMaxEntries) fail("the header has more than {} entries", kMaxEntries);
  }

  // Takes over a finished draft, whose parts must agree with each other.
  void add_tensor() {
    if (!draft_.dtype) fail("\"dtype\" is missing");
    if (!draft_.shape) fail("\"shape\" is missing");
    if (!draft_.offsets) fail("\"data_offsets\" is missing");
    if (draft_.offsets->size() != 2) fail("\"data_offsets\" needs two numbers");
    const auto* type = std::find_if(std::begin(kFileTypes), std::end(kFileTypes),
                                    [&](const FileType& t) { return t.name == *draft_.dtype; });
    if (type == std::end(kFileTypes)) fail("unknown dtype \"{}\"", printable(*draft_.dtype));
    uint64_t bits = 1;
    bool overflow = false;
    for (int64_t size : *draft_.shape) {
      overflow |= __builtin_mul_overflow(bits, static_cast<uint64_t>(size), &bits);
    }
    overflow |= __builtin_mul_overflow(bits, static_cast<uint64_t>(type->bits), &bits);
    if (overflow) fail("its shape has more elements than can be counted");
    const uint64_t begin = (*draft_.offsets)[0], end = (*draft_.offsets)[1];
    if (end < begin) fail("its data ends at {}, before it begins at {}", end, begin);
    if (bits % 8 != 0 || bits / 8 != end - begin) {
      fail("shape [{}] of {} needs {} bytes, \"data_offsets\" give it {}",
           fmt::join(*draft_.shape, ", "), *draft_.dtype, bits / 8, end - begin);
    }
    header_.tensors.emplace(name_, SafetensorsInfo{std::move(*draft_.dtype),
                                                   std::move(*draft_.shape), begin, end - begin});
  }

  const std::string& path_;
  SafetensorsHeader& header_;
  Place place_ = Place::outside;
  std::string name_;     // of the entry that is being read
  std::string key_;      // within it
  std::string context_;  // the entry, in front of a sentence about it
  Draft draft_;
  size_t entries_ = 0;
  bool metadata_seen_ = false;
};

// The parser holds a string several times over, so a long one is refused before it starts.
bool has_long_string(std::string_view text) {
  bool inside = false;
  size_t begin = 0;
  for (size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '\\' && inside) {
      ++i;
    } else if (text[i] == '"') {
      inside = !inside;
      begin = i;
    }
    if (inside && i - begin > kMaxString) return true;
  }
  return false;
}

// The tensors in order of their data must follow each other without a gap and end with the file.
void check_layout(const SafetensorsHeader& header, uint64_t data_bytes, const std::string& path) {
  std::vector<std::pair<const std::string*, const SafetensorsInfo*>> order;
  order.reserve(header.tensors.size());
  for (const auto& [name, info] : header.tensors) order.emplace_back(&name, &info);
  std::sort(order.begin(), order.end(), [](const auto& a, const auto& b) {
    return std::pair(a.second->offset, a.second->bytes) <
           std::pair(b.second->offset, b.second->bytes);
  });
  uint64_t at = 0;
  for (const auto& [name, info] : order) {
    if (info->offset != at) {
      throw DataError(
          "{}: tensor \"{}\": its data begins at {}, {} {}", printable(path), printable(*name),
          info->offset,
          info->offset < at ? "inside of another tensor's, which ends at" : "after a hole from",
          at);
    }
    if (info->bytes > data_bytes - at) {
      throw DataError("{}: tensor \"{}\": its data ends at {}, the file's data ends at {}",
                      printable(path), printable(*name), at + info->bytes, data_bytes);
    }
    at += info->bytes;
  }
  if (at != data_bytes) {
    throw DataError("{}: the tensors end at byte {} of the data, which has {} bytes",
                    printable(path), at, data_bytes);
  }
}

std::string json_text(std::string_view text) {
  try {
    return nlohmann::json(text).dump();
  } catch (const nlohmann::json::type_error&) {
    throw DataError("safetensors: \"{}\" is not valid UTF-8", printable(text));
  }
}

}  // namespace

SafetensorsHeader parse_safetensors_header(std::string_view text, uint64_t data_bytes,
                                           const std::string& path) {
  if (!text.starts_with('{')) {
    throw DataError("{}: not a safetensors file: the header doesn't begin with '{{'",
                    printable(path));
  }
  // The parser takes a zero byte for the end of its input, whatever follows.
  if (const size_t zero = text.find('\0'); zero != std::string_view::npos) {
    throw DataError("{}: the header is not valid JSON: a byte of zero at {}", printable(path),
                    zero);
  }
  if (has_long_string(text)) {
    throw DataError("{}: the header has a string of more than {} bytes", printable(path),
                    kMaxString);
  }
  SafetensorsHeader header;
  HeaderReader reader(path, header);
  nlohmann::json::sax_parse(text.begin(), text.end(), &reader);
  check_layout(header, data_bytes, path);
  return header;
}

std::string safetensors_header_text(const std::vector<HeaderEntry>& tensors,
                                    const StringMap& metadata) {
  std::vector<std::string> entries;
  if (!metadata.empty()) {
    std::vector<std::string> pairs;
    for (const auto& [key, value] : metadata) {
      pairs.push_back(fmt::format("{}:{}", json_text(key), json_text(value)));
    }
    entries.push_back(fmt::format("{}:{{{}}}", json_text(kMetadataKey), fmt::join(pairs, ",")));
  }
  for (const auto& [name, info] : tensors) {
    entries.push_back(fmt::format(R"({}:{{"dtype":"{}","shape":[{}],"data_offsets":[{},{}]}})",
                                  json_text(name), info.dtype, fmt::join(info.shape, ","),
                                  info.offset, info.offset + info.bytes));
  }
  return fmt::format("{{{}}}", fmt::join(entries, ","));
}

}  // namespace reprise
