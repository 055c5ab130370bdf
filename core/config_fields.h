// Fields: what a config struct lists itself to. Each use (reading, printing, describing) is one
// implementation, so a struct says everything about a field once.
#pragma once

#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "core/config_value.h"

namespace reprise {

// The value must be given.
struct Required {};
// Bounds of a number, or of each number of a list.
struct Range {
  double low = -std::numeric_limits<double>::infinity();
  double high = std::numeric_limits<double>::infinity();
  bool low_open = false;   // `low` itself isn't allowed
  bool high_open = false;  // `high` itself isn't allowed
};
// The strings that are allowed, for a string or for each of a list.
struct Choices {
  std::vector<std::string> names;
};
// How many elements a list may have.
struct Count {
  size_t least = 0;
  size_t most = std::numeric_limits<size_t>::max();
};
using Rule = std::variant<Required, Range, Choices, Count>;

// The field just listed: what else holds for it. Rules are checked for values that were given (so a
// default must keep them: the resolved config gives it); number rules hold for each element of a
// list.
class Field {
 public:
  explicit Field(Fields& fields) : fields_(fields) {}

  Field& required() { return rule(Required{}); }
  Field& at_least(double low) { return rule(Range{.low = low}); }
  Field& at_most(double high) { return rule(Range{.high = high}); }
  Field& above(double low) { return rule(Range{.low = low, .low_open = true}); }
  Field& below(double high) { return rule(Range{.high = high, .high_open = true}); }
  Field& between(double low, double high) { return rule(Range{.low = low, .high = high}); }
  Field& each_between(double low, double high) { return between(low, high); }
  Field& one_of(std::vector<std::string> names) { return rule(Choices{std::move(names)}); }
  Field& count(size_t n) { return rule(Count{.least = n, .most = n}); }
  Field& count_between(size_t least, size_t most) {
    return rule(Count{.least = least, .most = most});
  }
  Field& not_empty() { return rule(Count{.least = 1}); }  // of a list

 private:
  Field& rule(Rule rule);
  Fields& fields_;
};

class Fields {
 public:
  virtual ~Fields() = default;

  // Lists a field: its key, where its value lives (which holds the default), and one line of
  // documentation: what it is, its unit, its effect. The value is bound when this returns, so a
  // struct may decide by it which fields it lists next.
  template <class T>
  Field operator()(std::string_view key, T& value, std::string_view documentation) {
    visit(std::string(key), value_of(value), documentation);
    return Field(*this);
  }

 private:
  friend class Field;
  virtual void visit(const std::string& key, const Value& value,
                     std::string_view documentation) = 0;
  virtual void rule(const Rule& rule) = 0;  // about the field visited last
};

inline Field& Field::rule(Rule rule) {
  fields_.rule(rule);
  return *this;
}

}  // namespace reprise
