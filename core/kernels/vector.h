// The vector tables, one per level of the x86-64 ABI; isa.h says which may be used.
#pragma once

#include "core/kernels/row_kernels.h"

namespace reprise::kernels {

namespace v2 {
extern const RowKernels kVectorKernels;
}
namespace v3 {
extern const RowKernels kVectorKernels;
}
namespace v4 {
extern const RowKernels kVectorKernels;
}

}  // namespace reprise::kernels
