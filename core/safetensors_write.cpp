#include <algorithm>
#include <cstring>

#include "core/error.h"
#include "core/printable.h"
#include "core/safetensors.h"
#include "core/safetensors_header.h"

namespace reprise {

namespace {

std::string_view file_type(DType dtype) {
  constexpr std::string_view kNames[] = {"F32", "F64", "BF16", "I32", "U8"};
  return kNames[static_cast<int>(dtype)];
}

// The place of a type in the reference's order, in which wide ones come first: every tensor is then
// aligned to its element.
int order_of(DType dtype) {
  constexpr int kOrder[] = {1, 0, 3, 2, 4};  // F64, F32, I32, BF16, U8
  return kOrder[static_cast<int>(dtype)];
}

std::vector<const NamedTensor*> in_file_order(const std::vector<NamedTensor>& tensors) {
  std::vector<const NamedTensor*> order;
  for (const NamedTensor& named : tensors) {
    if (!named.tensor.defined()) {
      throw UsageError("safetensors: tensor \"{}\" has no memory", printable(named.name));
    }
    if (named.name == kMetadataKey) {
      throw UsageError("safetensors: a tensor can't be called \"{}\"", named.name);
    }
    order.push_back(&named);
  }
  std::sort(order.begin(), order.end(), [](const NamedTensor* a, const NamedTensor* b) {
    return std::pair(order_of(a->tensor.dtype()), std::string_view(a->name)) <
           std::pair(order_of(b->tensor.dtype()), std::string_view(b->name));
  });
  return order;
}

void check_names_differ(const std::vector<NamedTensor>& tensors) {
  std::vector<std::string_view> names;
  for (const NamedTensor& named : tensors) names.push_back(named.name);
  std::sort(names.begin(), names.end());
  const auto twice = std::adjacent_find(names.begin(), names.end());
  if (twice != names.end()) {
    throw UsageError("safetensors: two tensors are called \"{}\"", printable(*twice));
  }
}

}  // namespace

void write_safetensors(OutputFile& out, const std::vector<NamedTensor>& tensors,
                       const StringMap& metadata) {
  check_names_differ(tensors);
  const std::vector<const NamedTensor*> order = in_file_order(tensors);
  std::vector<HeaderEntry> entries;
  uint64_t data_bytes = 0;
  for (const NamedTensor* named : order) {
    const Tensor& tensor = named->tensor;
    const auto sizes = tensor.shape().sizes();
    entries.push_back({named->name,
                       {std::string(file_type(tensor.dtype())),
                        {sizes.begin(), sizes.end()},
                        data_bytes,
                        tensor.bytes()}});
    data_bytes += tensor.bytes();
  }
  std::string header = safetensors_header_text(entries, metadata);
  header.resize((header.size() + 7) / 8 * 8, ' ');
  if (header.size() > kMaxSafetensorsHeader) {
    throw DataError("{}: the header would have {} bytes, readers accept {}", printable(out.path()),
                    header.size(), kMaxSafetensorsHeader);
  }
  const uint64_t length = header.size();
  out.reserve(8 + length + data_bytes);
  out.write(std::as_bytes(std::span(&length, 1)));
  out.write(header);
  for (const NamedTensor* named : order) {
    out.write(std::span(static_cast<const std::byte*>(named->tensor.raw()), named->tensor.bytes()));
  }
}

FileStamp write_safetensors(const std::string& path, const std::vector<NamedTensor>& tensors,
                            const StringMap& metadata) {
  return write_file(path, [&](OutputFile& out) { write_safetensors(out, tensors, metadata); });
}

}  // namespace reprise
