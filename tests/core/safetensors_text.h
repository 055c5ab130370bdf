// Safetensors files made by hand.
#pragma once

#include <cstdint>
#include <cstring>
#include <string>

namespace reprise::test {

// Length, header as it is, data.
inline std::string safetensors_bytes(const std::string& header, const std::string& data) {
  const uint64_t length = header.size();
  std::string prefix(8, '\0');
  std::memcpy(prefix.data(), &length, 8);
  return prefix + header + data;
}

}  // namespace reprise::test
