// Dumping: the fields of a struct become a tree again.
#include "core/config.h"

namespace reprise {
namespace {

Json to_json(const Value& value);

class Dumper final : public Fields {
 public:
  Json result = Json::object();

 private:
  void visit(const std::string& key, const Value& value, std::string_view) override {
    result[key] = to_json(value);
  }
  void rule(const Rule&) override {}
};

Json json_of(const bool* value) { return *value; }
Json json_of(const int64_t* value) { return *value; }
Json json_of(const double* value) { return *value; }
Json json_of(const std::string* value) { return *value; }
Json json_of(const Json* value) { return *value; }
Json json_of(const std::filesystem::path* value) {
  return value->empty() ? std::string()
                        : std::filesystem::absolute(*value).lexically_normal().string();
}

Json json_of(const std::shared_ptr<StructValue>& value) {
  Dumper dumper;
  value->fields(dumper);
  return std::move(dumper.result);
}

Json json_of(const std::shared_ptr<ListValue>& value) {
  Json list = Json::array();
  value->each([&](const Value& element) { list.push_back(to_json(element)); });
  return list;
}

Json json_of(const std::shared_ptr<OptionalValue>& value) {
  Json result;
  value->each([&](const Value& content) { result = to_json(content); });
  return result;
}

Json to_json(const Value& value) {
  return std::visit([](const auto& v) { return json_of(v); }, value);
}

}  // namespace

namespace detail {

Json dump_config(StructValue& config) {
  Dumper dumper;
  config.fields(dumper);
  return std::move(dumper.result);
}

}  // namespace detail
}  // namespace reprise
