// Reading JSON: the limits and the handler of the library's events.
#include <fmt/format.h>

#include <cstring>
#include <unordered_set>

#include "core/json.h"
#include "core/json_cursor.h"
#include "core/json_syntax.h"

namespace reprise {
namespace {

[[noreturn]] void fail(ExitCode code, const std::string& message) {
  if (code == ExitCode::config) throw ConfigError("{}", message);
  if (code == ExitCode::data) throw DataError("{}", message);
  throw Error(code, "{}", message);
}

}  // namespace

// Builds the document from the library's events; every callback returns whether to go on.
class JsonReader {
 public:
  JsonReader(std::string_view text, const std::string& file, ExitCode code,
             const JsonLimits& limits, int first_line)
      : text_(text), code_(code), limits_(limits), cursor_(text, first_line) {
    document_.file_ = file;
  }

  JsonDocument read() {
    bool complete = false;
    try {
      complete = Json::sax_parse(text_.begin(), text_.end(), this, Json::input_format_t::json,
                                 /*strict=*/true, /*ignore_comments=*/true);
    } catch (const Json::exception& e) {  // none is expected
      refuse(e.what());
    }
    if (!complete) fail(code_, problem_);
    return std::move(document_);
  }

  bool null() { return add(nullptr); }
  bool boolean(bool value) { return add(value); }
  bool number_integer(int64_t value) { return add(value); }
  bool number_unsigned(uint64_t value) { return add(value); }
  bool number_float(double value, const std::string&) { return add(value); }
  bool string(std::string& value) { return add(std::move(value)); }
  bool binary(Json::binary_t&) { return refuse("binary data"); }  // JSON text has none
  bool start_object(size_t) { return add(Json::object()) && open(); }
  bool start_array(size_t) { return add(Json::array()) && open(); }
  bool end_object() { return close(); }
  bool end_array() { return close(); }

  bool key(std::string& key) {
    key_position_ = cursor_.next_token();
    cursor_.skip_token();
    if (!open_.back().keys.insert(key).second) {
      return refuse_at(key_position_,
                       fmt::format("the key {} is here twice", dump_json_ascii(key)));
    }
    key_ = std::move(key);
    return true;
  }

  bool parse_error(size_t position, const std::string&, const Json::exception& e) {
    cursor_.next_token();
    bool inside_string = cursor_.here() == '"' && std::strstr(e.what(), "invalid string");
    if (inside_string && position > 0) {
      cursor_.walk_to(position - 1);
      return refuse_at(cursor_.position(), json_reason(e.what()));
    }
    return refuse_at(cursor_.position(), syntax_sentence(text_.substr(cursor_.offset()),
                                                         cursor_.separator(), e.what()));
  }

 private:
  struct Open {  // a list or an object that isn't complete
    Json* value;
    size_t node;
    std::unordered_set<std::string> keys;
  };

  bool refuse_at(Position at, const std::string& sentence) {
    problem_ = fmt::format("{}:{}:{}: {}", document_.file_, at.line, at.column, sentence);
    return false;
  }
  bool refuse(const std::string& sentence) { return refuse_at(cursor_.position(), sentence); }

  bool add(Json value) {
    Position at = cursor_.next_token();
    if (document_.nodes_.size() >= limits_.values) {
      return refuse(fmt::format("more than {} values", limits_.values));
    }
    cursor_.skip_token();
    Position key = at;
    if (open_.empty()) {
      document_.value_ = std::move(value);
      last_ = &document_.value_;
    } else if (open_.back().value->is_array()) {
      last_ = &open_.back().value->get_ref<Json::array_t&>().emplace_back(std::move(value));
    } else {
      key = key_position_;
      // As a plain vector: the object's own insertion compares with every key that is there.
      Json::object_t::Container& entries = open_.back().value->get_ref<Json::object_t&>();
      last_ = &entries.emplace_back(std::move(key_), std::move(value)).second;
    }
    uint32_t next = static_cast<uint32_t>(document_.nodes_.size() + 1);
    document_.nodes_.push_back({key, at, next});
    return true;
  }

  bool open() {
    if (static_cast<int>(open_.size()) >= limits_.depth) {
      return refuse_at(document_.nodes_.back().value,
                       fmt::format("nested deeper than {} levels", limits_.depth));
    }
    open_.push_back({last_, document_.nodes_.size() - 1, {}});
    return true;
  }

  bool close() {
    cursor_.next_token();
    cursor_.skip_token();
    document_.nodes_[open_.back().node].next = static_cast<uint32_t>(document_.nodes_.size());
    open_.pop_back();
    return true;
  }

  std::string_view text_;
  ExitCode code_;
  JsonLimits limits_;
  JsonCursor cursor_;
  JsonDocument document_;
  std::vector<Open> open_;
  Json* last_ = nullptr;
  std::string key_;
  Position key_position_;
  std::string problem_;
};

JsonDocument parse_json(std::string_view text, const std::string& file_name, ExitCode code,
                        const JsonLimits& limits, int first_line) {
  if (text.size() > limits.bytes) {
    fail(code,
         fmt::format("{}: larger than {} bytes, the most that is read", file_name, limits.bytes));
  }
  if (text.starts_with("\xFF\xFE") || text.starts_with("\xFE\xFF")) {
    fail(code, fmt::format("{}:{}:1: the text is UTF-16 or UTF-32; save it as UTF-8",
                           file_name, first_line));
  }
  if (text.starts_with("\xEF\xBB\xBF")) text.remove_prefix(3);  // a byte order mark says UTF-8
  JsonCursor cursor(text, first_line);
  // The library would take a zero byte for the end of the text and ignore the rest.
  if (size_t zero = text.find('\0'); zero != std::string_view::npos) {
    cursor.walk_to(zero);
    fail(code, fmt::format("{}:{}:{}: a zero byte; this isn't UTF-8 text", file_name,
                           cursor.position().line, cursor.position().column));
  }
  cursor.next_token();
  if (cursor.offset() == text.size()) {
    fail(code, fmt::format("{}:{}:{}: the text is empty; expected a JSON value", file_name,
                           cursor.position().line, cursor.position().column));
  }
  return JsonReader(text, file_name, code, limits, first_line).read();
}

}  // namespace reprise
