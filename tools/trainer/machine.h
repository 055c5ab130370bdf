// What the machine says of itself and of this process.
#pragma once

#include <cstdint>
#include <string>

namespace reprise {

// Bytes that this process may still take: what is free, and what its control group allows.
int64_t available_memory();
// The most that it ever took.
int64_t peak_memory();
// The name of the processor, or that there is none.
std::string processor_name();

}  // namespace reprise
