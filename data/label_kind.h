// What a label of a text is.
#pragma once

#include <cstdint>

namespace reprise {

// One of several classes, any number of them, or a number.
enum class LabelKind : uint8_t { one, several, number };

}  // namespace reprise
