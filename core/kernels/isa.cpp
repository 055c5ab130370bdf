#include "core/kernels/isa.h"

#include <atomic>
#include <cstdlib>

#include "core/error.h"
#include "core/kernels/reference.h"
#include "core/kernels/vector.h"

namespace reprise::kernels {

namespace {

constexpr Isa kIsas[] = {Isa::reference, Isa::v2, Isa::v3, Isa::v4};

// Null: not in this build.
const RowKernels* table(Isa isa) {
  switch (isa) {
    case Isa::reference: return &kReferenceKernels;
#ifdef REPRISE_VECTOR
    case Isa::v2: return &v2::kVectorKernels;
    case Isa::v3: return &v3::kVectorKernels;
    case Isa::v4: return &v4::kVectorKernels;
#endif
    default: return nullptr;
  }
}

bool processor_has(Isa isa) {
  switch (isa) {
    case Isa::reference: return true;
#ifdef REPRISE_VECTOR
    case Isa::v2: return __builtin_cpu_supports("x86-64-v2");
    case Isa::v3: return __builtin_cpu_supports("x86-64-v3");
    case Isa::v4: return __builtin_cpu_supports("x86-64-v4");
#endif
    default: return false;
  }
}

const RowKernels* available_table(Isa isa) {
  if (!is_available(isa)) {
    throw Error(ExitCode::unavailable,
                "kernels: this {} has no {}; REPRISE_ISA may name another instruction set",
                table(isa) ? "processor" : "build", to_string(isa));
  }
  return table(isa);
}

Isa best() {
  Isa best = Isa::reference;
  for (Isa isa : kIsas) {
    if (is_available(isa)) best = isa;
  }
  return best;
}

Isa initial() {
  const char* name = std::getenv("REPRISE_ISA");
  if (!name || !*name) return best();
  return isa_named(name);
}

struct Choice {
  Isa isa;
  const RowKernels* kernels;
};

Choice& choice() {
  static Choice chosen = [] {
    const Isa isa = initial();
    return Choice{isa, available_table(isa)};
  }();
  return chosen;
}

}  // namespace

bool is_available(Isa isa) { return table(isa) && processor_has(isa); }

Isa isa() { return choice().isa; }
void set_isa(Isa isa) { choice() = {isa, available_table(isa)}; }
const RowKernels& row_kernels() { return *choice().kernels; }

Isa isa_named(std::string_view name) {
  for (Isa isa : kIsas) {
    if (name == to_string(isa)) return isa;
  }
  throw Error(ExitCode::unavailable,
              "kernels: '{}' is no instruction set; REPRISE_ISA may be reference, v2, v3 or v4",
              name);
}

std::string_view to_string(Isa isa) {
  switch (isa) {
    case Isa::reference: return "reference";
    case Isa::v2: return "v2";
    case Isa::v3: return "v3";
    case Isa::v4: return "v4";
  }
  return "unknown";
}

}  // namespace reprise::kernels
