// IDX: the format of the MNIST files; http://yann.lecun.com/exdb/mnist.
//
// Two zero bytes, the type of the elements, the number of dimensions, each dimension in four bytes with
// the highest first, then the elements.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace reprise {

struct IdxArray {
  std::vector<int64_t> sizes;
  std::vector<uint8_t> bytes;  // elements in order; only bytes are supported
};

// Throws DataError when the file is no IDX file, holds other elements than bytes, or has more or fewer
// of them than its sizes say.
IdxArray read_idx(const std::string& path);

}  // namespace reprise
