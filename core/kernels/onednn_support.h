// What the files that call oneDNN share.
#pragma once

#include <dnnl.hpp>
#include <map>
#include <tuple>

#include "core/gemm.h"

namespace reprise::onednn {

// Threads are ours: oneDNN asks OpenMP how many it may use, and is told 1 on each of them. To be
// called before it computes.
void keep_to_one_thread();

const dnnl::engine& engine();
dnnl::stream& stream();  // the calling thread's

// A matrix [rows, cols] with rows `ld` numbers apart, or, with `yes`, columns.
dnnl::memory::desc layout(dnnl::memory::data_type type, Transpose t, int64_t rows, int64_t cols,
                          int64_t ld);

// Adds beta times what the destination holds, which isn't read when beta is 0.
dnnl::primitive_attr accumulating(real beta);

// make(key...) at a thread's first call for these arguments, and what it made then.
template <class Made, class... Key, class Make>
Made& once_per_thread(const Make& make, Key... key) {
  thread_local std::map<std::tuple<Key...>, Made> made;
  const auto found = made.find({key...});
  if (found != made.end()) return found->second;
  return made.emplace(std::make_tuple(key...), make(key...)).first->second;
}

// Throws what a failed product means: std::bad_alloc, or Error (internal).
[[noreturn]] void refuse(int64_t m, int64_t n, int64_t k, int status);

}  // namespace reprise::onednn
