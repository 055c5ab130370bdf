// Where the cases that another program made are, for comparing with its numbers.
#pragma once

#include <cstdlib>
#include <filesystem>

namespace reprise {

// The folder goldens of REPRISE_SHARED, or of a folder `shared` beside the project; perhaps absent.
inline std::filesystem::path goldens() {
  namespace fs = std::filesystem;
  const char* shared = std::getenv("REPRISE_SHARED");
  const fs::path folder = shared ? shared : fs::path(REPRISE_SOURCE_DIR) / ".." / "shared";
  return fs::weakly_canonical(folder / "goldens");
}

}  // namespace reprise
