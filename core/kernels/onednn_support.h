// What the files that call oneDNN share.
#pragma once

#include <dnnl.hpp>

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

// Throws what a failed product means: std::bad_alloc, or Error (internal).
[[noreturn]] void refuse(int64_t m, int64_t n, int64_t k, int status);

}  // namespace reprise::onednn
