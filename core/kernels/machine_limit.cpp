#include "core/kernels/machine_limit.h"

#include <algorithm>

#include "core/error.h"
#include "core/kernels/library_products.h"
#include "core/parallel.h"

namespace reprise {

#if defined(REPRISE_ONEDNN) && defined(REPRISE_OPENBLAS)

MachineLimit machine_limit(const StepProduct& product) {
  MachineLimit limit{.float32_seconds = onednn_float32_seconds(product, threads()),
                     .bfloat16_seconds = onednn_bfloat16_seconds(product, threads())};
  if (const auto seconds = openblas_seconds(product, threads())) {
    limit.float32_seconds = std::min(limit.float32_seconds, *seconds);
  }
  return limit;
}

#else

MachineLimit machine_limit(const StepProduct&) {
  throw Error(
      ExitCode::unavailable,
      "the limit of this machine is measured with oneDNN and OpenBLAS, and this build lacks "
      "one of them: install both and configure again");
}

#endif

}  // namespace reprise
