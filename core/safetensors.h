// Safetensors files: named tensors behind a JSON header. https://github.com/huggingface/safetensors
//
// Layout: 8 bytes header length N (little-endian), N bytes of JSON, then the data, each tensor at
// its "data_offsets" [begin, end) counted from the end of the header. The tensors cover the data
// section without holes or overlap. Header: {"__metadata__": {string: string, …}, name: {"dtype":
// "F32", "shape": [2, 3], "data_offsets": [0, 24]}, …}.
//
// A file is checked completely when it is opened, before anything is allocated for tensors; what is
// wrong is a DataError `<path>: tensor "x": sentence`. The format has no checksum:
// commit_directory.h adds one.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "core/files.h"
#include "core/tensor.h"

namespace reprise {

using StringMap = std::map<std::string, std::string, std::less<>>;

// A tensor as the file describes it.
struct SafetensorsInfo {
  std::string dtype;           // as in the file: F64 F32 F16 BF16 I64 I32 I16 I8 U8 BOOL …
  std::vector<int64_t> shape;  // may have more dimensions than a Tensor
  uint64_t offset = 0;         // of the first byte, from the start of the file
  uint64_t bytes = 0;
};

class SafetensorsFile {
 public:
  // Reads and checks the header (at most 100 MB).
  static SafetensorsFile open(const std::string& path, Links links = Links::follow);

  const std::string& path() const { return file_.path(); }
  std::vector<std::string> names() const;  // sorted
  bool contains(std::string_view name) const { return tensors_.contains(name); }
  // Throws DataError when there is no such tensor; so do the loaders.
  const SafetensorsInfo& info(std::string_view name) const;
  const StringMap& metadata() const { return metadata_; }

  // The tensor, converted to `wanted`:
  //   F64, F32, F16, BF16   -> f32, f64    a finite number too large for f32 is a DataError
  //   I64, I32, U8, BOOL    -> i32         a number outside of i32 is a DataError
  //   BF16 -> bf16, U8 -> u8               as they are
  // Other pairs are a DataError.
  Tensor load(std::string_view name, DType wanted = kReal,
              Purpose purpose = Purpose::weights) const;
  // Rows [begin, end) of the first dimension; only those are read.
  Tensor load_rows(std::string_view name, int64_t begin, int64_t end, DType wanted = kReal,
                   Purpose purpose = Purpose::weights) const;

 private:
  explicit SafetensorsFile(InputFile file) : file_(std::move(file)) {}
  Tensor read(std::string_view name, const std::vector<int64_t>& sizes, uint64_t offset,
              DType wanted, Purpose purpose) const;

  InputFile file_;
  std::map<std::string, SafetensorsInfo, std::less<>> tensors_;
  StringMap metadata_;
};

struct NamedTensor {
  std::string name;
  Tensor tensor;  // f64, f32, i32, bf16 or u8
};

// Writes the tensors as the reference implementation does (widest type first, then by name; the
// header padded with spaces to a multiple of 8), from where they are: no copy is made. The same
// input gives the same bytes. Throws UsageError for a name twice, an undefined tensor or text that
// isn't UTF-8.
void write_safetensors(OutputFile& out, const std::vector<NamedTensor>& tensors,
                       const StringMap& metadata = {});
// The same into a file of its own, replaced as write_file does.
FileStamp write_safetensors(const std::string& path, const std::vector<NamedTensor>& tensors,
                            const StringMap& metadata = {});

}  // namespace reprise
