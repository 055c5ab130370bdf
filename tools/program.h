// What both programs have in common: errors become sentences and exit codes.
#pragma once

#include <functional>

#include "core/error.h"

namespace CLI {
class App;
}

namespace reprise {

// Parses the command line and runs `run`; prints what is thrown. Returns the exit code.
int run_program(CLI::App& app, int argc, char** argv, const std::function<ExitCode()>& run);

const char* version();

}  // namespace reprise
