// How long a product takes in a library, with the library's own threads; see machine_limit.h.
#pragma once

#include <optional>

#include "core/kernels/machine_limit.h"

namespace reprise {

// Gives a library so many threads, and what it had before at the end.
template <auto get, auto set>
class LibraryThreads {
 public:
  explicit LibraryThreads(int threads) : before_(get()) { set(threads); }
  ~LibraryThreads() { set(before_); }
  LibraryThreads(const LibraryThreads&) = delete;
  LibraryThreads& operator=(const LibraryThreads&) = delete;

 private:
  int before_;
};

// Seconds of all uses of the product in a step. Only where CMake found the library.
double onednn_float32_seconds(const StepProduct& product, int threads);
std::optional<double> onednn_bfloat16_seconds(const StepProduct& product, int threads);
// None for several products at a time, for which this library has no call.
std::optional<double> openblas_seconds(const StepProduct& product, int threads);

}  // namespace reprise
