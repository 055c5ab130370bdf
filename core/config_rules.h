// The rules of config fields: whether a value keeps them, and how they read.
#pragma once

#include <functional>
#include <string>
#include <string_view>

#include "core/config_fields.h"

namespace reprise {

// Told of a part of a value ("" is the value itself, "3" element 3 of a list) and what is wrong.
using Complaint = std::function<void(std::string_view part, const std::string& sentence)>;

// Says what in `value` breaks `rule`. An unset optional keeps every rule; Required is not looked
// at.
void check_rule(const Rule& rule, const Value& value, const Complaint& complain);

// "at least 0", "one of "sgd", "adam"", "2 elements", "required".
std::string to_string(const Rule& rule);

// A number as people write it: 3, 0.001.
std::string to_text(double number);

}  // namespace reprise
