// The JSON header of a safetensors file, as text and as tables. Used by safetensors.cpp alone.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "core/safetensors.h"

namespace reprise {

inline constexpr uint64_t kMaxSafetensorsHeader = 100'000'000;  // bytes, as in the reference
inline constexpr std::string_view kMetadataKey = "__metadata__";

struct SafetensorsHeader {
  std::map<std::string, SafetensorsInfo, std::less<>> tensors;  // offsets from the data's start
  StringMap metadata;
};

// Checks everything that the format promises about the header and about `data_bytes`, the size of
// the data section. Throws DataError with `path` in front. Memory stays within a small multiple of
// the text, whatever it says.
//
// Stricter than the reference implementation (0.8.0), which nobody's writer should notice: the text
// begins with '{'; a name, key or field occurs once; tensors have no fields but the three, written
// as an object; "__metadata__" isn't null; sizes are below 2^63; at most 64 dimensions, 2^18
// tensors and metadata entries together, 16 MiB in one string.
SafetensorsHeader parse_safetensors_header(std::string_view text, uint64_t data_bytes,
                                           const std::string& path);

// The text for tensors that are laid out in the order given, unpadded.
struct HeaderEntry {
  std::string name;
  SafetensorsInfo info;  // offset from the data's start
};
std::string safetensors_header_text(const std::vector<HeaderEntry>& tensors,
                                    const StringMap& metadata);

}  // namespace reprise
