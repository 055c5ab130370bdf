// Which table of row kernels is in use: by instruction set, chosen once at start.
//
// The vector tables give the same bits as one another (vector.cpp says how), so that the choice
// among v2, v3 and v4 is a matter of speed alone. The reference differs from them in last digits.
#pragma once

#include <cstdint>
#include <string_view>

#include "core/kernels/row_kernels.h"

namespace reprise::kernels {

// v2, v3, v4: the levels of the x86-64 ABI, that is SSE4.2, AVX2 and AVX-512.
enum class Isa : uint8_t { reference, v2, v3, v4 };

// Whether this build has the table and this processor the instructions.
bool is_available(Isa isa);

// The choice: REPRISE_ISA=reference|v2|v3|v4, or the best that is available. Throws Error
// (unavailable) when the environment asks for one that isn't.
Isa isa();
void set_isa(Isa isa);                 // not while kernels run; throws as isa() does
Isa isa_named(std::string_view name);  // the inverse of to_string; throws likewise
std::string_view to_string(Isa isa);

const RowKernels& row_kernels();  // of isa()

}  // namespace reprise::kernels
