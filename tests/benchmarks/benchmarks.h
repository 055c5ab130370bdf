// All benchmarks, by family; each adds its own to Google Benchmark's list.
#pragma once

namespace reprise {

void add_autograd_benchmarks();
void add_kernel_benchmarks();

}  // namespace reprise
