// Quantities as people read them.
#pragma once

#include <cstdint>
#include <string>

namespace reprise {

std::string grouped(int64_t n);        // 11813810 -> "11,813,810"
std::string short_count(int64_t n);    // 11813810 -> "11.8 M"; below 1000 all digits
std::string byte_size(int64_t bytes);  // 47255240 -> "45.1 MiB"
// a / b to three figures: "9.32x", "0.107x", "1.00x"; "-" when b is 0.
std::string ratio(int64_t a, int64_t b);

std::string short_duration(double seconds);  // "40 s", "7 min", "2.5 h"

}  // namespace reprise
