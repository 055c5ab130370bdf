// build/benchmarks --benchmark_filter=REGEX: what kernels and the autograd engine take here.
#include <benchmark/benchmark.h>

#include "tests/benchmarks/benchmarks.h"

int main(int argc, char** argv) {
  reprise::add_autograd_benchmarks();
  reprise::add_kernel_benchmarks();
  benchmark::Initialize(&argc, argv);
  if (benchmark::ReportUnrecognizedArguments(argc, argv)) return 2;
  benchmark::RunSpecifiedBenchmarks();
}
