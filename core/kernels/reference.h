// The reference table: every kernel as its formula. Other tables are tested against it.
#pragma once

#include "core/kernels/row_kernels.h"

namespace reprise::kernels {

extern const RowKernels kReferenceKernels;

}  // namespace reprise::kernels
