// What the matrix products of a step take at the best that this machine's libraries can do: the
// floor under our own speed. Libraries run here as their makers mean them to, with threads of their
// own, which gives other bits on other numbers of threads, and so is nothing to train with.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

#include "core/gemm.h"

namespace reprise {

// `batch` products op(a) [m, k] · op(b) [k, n] at a time, `uses` times in a step.
struct StepProduct {
  std::string_view name;
  Transpose ta, tb;  // how training has them stored
  int64_t batch, m, n, k;
  int64_t uses;
  // How often in a step the right side may be packed: a weight once for each stored matrix, what
  // changes with every use as often as it is used; 0: never.
  int64_t packs;

  double operations() const {  // of all uses
    return 2.0 * static_cast<double>(batch * uses) * static_cast<double>(m) *
           static_cast<double>(n) * static_cast<double>(k);
  }
};

struct MachineLimit {
  double float32_seconds = 0;              // of all uses, packing included
  std::optional<double> bfloat16_seconds;  // none: this processor or library can't
};

// The best of oneDNN and OpenBLAS on threads() threads: takes some seconds. Not while other
// products run. Throws Error (unavailable) in a build that lacks one of the two.
MachineLimit machine_limit(const StepProduct& product);

}  // namespace reprise
