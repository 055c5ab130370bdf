#include "core/config_rules.h"

#include <fmt/format.h>

#include <cmath>

#include "core/suggest.h"

namespace reprise {
namespace {

template <class... Cases>
struct Overloaded : Cases... {
  using Cases::operator()...;
};
template <class... Cases>
Overloaded(Cases...) -> Overloaded<Cases...>;

std::string quoted(const std::vector<std::string>& names) {
  std::string list;
  for (const std::string& name : names) {
    list += (list.empty() ? "" : ", ") + dump_json_ascii(name);
  }
  return list;
}

using PartVisitor = std::function<void(std::string_view part, const Value& value)>;

// Visits `value`, or its elements when it is a list, or what is in it when it is an optional.
void each_part(const Value& value, const PartVisitor& visit) {
  if (auto list = std::get_if<std::shared_ptr<ListValue>>(&value)) {
    size_t i = 0;
    (*list)->each([&](const Value& element) { visit(std::to_string(i++), element); });
  } else if (auto optional = std::get_if<std::shared_ptr<OptionalValue>>(&value)) {
    (*optional)->each([&](const Value& content) { each_part(content, visit); });
  } else {
    visit("", value);
  }
}

bool inside(const Range& range, double number) {
  bool low = range.low_open ? number > range.low : number >= range.low;
  bool high = range.high_open ? number < range.high : number <= range.high;
  return low && high;
}

void check_range(const Range& range, const Value& value, const Complaint& complain) {
  each_part(value, [&](std::string_view part, const Value& element) {
    auto integer = std::get_if<int64_t*>(&element);
    auto real = std::get_if<double*>(&element);
    if (!integer && !real) return;
    double number = integer ? static_cast<double>(**integer) : **real;
    if (inside(range, number)) return;
    std::string found = integer ? fmt::format("{}", **integer) : to_text(number);
    complain(part, fmt::format("must be {}, is {}", to_string(Rule(range)), found));
  });
}

void check_choices(const Choices& choices, const Value& value, const Complaint& complain) {
  each_part(value, [&](std::string_view part, const Value& element) {
    auto text = std::get_if<std::string*>(&element);
    if (!text) return;
    for (const std::string& name : choices.names) {
      if (**text == name) return;
    }
    std::string hint = did_you_mean(**text, choices.names);
    if (hint.empty()) hint = fmt::format("; expected {}", to_string(Rule(choices)));
    complain(part, fmt::format("{} isn't known here{}", describe_json(**text), hint));
  });
}

void check_count(const Count& count, const Value& value, const Complaint& complain) {
  if (auto optional = std::get_if<std::shared_ptr<OptionalValue>>(&value)) {
    (*optional)->each([&](const Value& content) { check_count(count, content, complain); });
    return;
  }
  auto list = std::get_if<std::shared_ptr<ListValue>>(&value);
  if (!list) return;
  size_t n = 0;
  (*list)->each([&](const Value&) { ++n; });
  if (n >= count.least && n <= count.most) return;
  complain("", fmt::format("must have {}, has {}", to_string(Rule(count)), n));
}

std::string text_of(const Range& range) {
  std::string low = fmt::format("{} {}", range.low_open ? "above" : "at least", to_text(range.low));
  std::string high =
      fmt::format("{} {}", range.high_open ? "below" : "at most", to_text(range.high));
  if (std::isinf(range.high)) return low;
  if (std::isinf(range.low)) return high;
  if (range.low_open || range.high_open) return low + " and " + high;
  return fmt::format("between {} and {}", to_text(range.low), to_text(range.high));
}

std::string text_of(const Count& count) {
  std::string unit =
      count.most == 1 || (count.least == 1 && count.most > 1 && count.most == Count{}.most)
          ? "element"
          : "elements";
  if (count.least == count.most) return fmt::format("{} {}", count.least, unit);
  if (count.most == Count{}.most) return fmt::format("at least {} {}", count.least, unit);
  return fmt::format("{} to {} elements", count.least, count.most);
}

}  // namespace

std::string to_text(double number) { return fmt::format("{}", number); }

void check_rule(const Rule& rule, const Value& value, const Complaint& complain) {
  std::visit(
      Overloaded{[](const Required&) {}, [&](const Range& r) { check_range(r, value, complain); },
                 [&](const Choices& r) { check_choices(r, value, complain); },
                 [&](const Count& r) { check_count(r, value, complain); }},
      rule);
}

std::string to_string(const Rule& rule) {
  return std::visit(Overloaded{[](const Required&) { return std::string("required"); },
                               [](const Range& r) { return text_of(r); },
                               [](const Choices& r) {
                                 return (r.names.size() == 1 ? "" : "one of ") + quoted(r.names);
                               },
                               [](const Count& r) { return text_of(r); }},
                    rule);
}

}  // namespace reprise
