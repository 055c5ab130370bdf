#include "tools/program.h"

#include <CLI/CLI.hpp>

#include <cstdio>
#include <new>

namespace reprise {

namespace {

int failed(ExitCode code, const char* sentence) {
  std::fprintf(stderr, "error: %s\n", sentence);
  return static_cast<int>(code);
}

}  // namespace

const char* version() { return "reprise " REPRISE_VERSION; }

int run_program(CLI::App& app, int argc, char** argv, const std::function<ExitCode()>& run) {
  app.set_version_flag("--version", version());
  app.failure_message([](const CLI::App* program, const CLI::Error& error) {
    return fmt::format("error: {}; see {} --help\n", error.what(), program->get_name());
  });
  try {
    app.parse(argc, argv);
    return static_cast<int>(run());
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? 0 : static_cast<int>(ExitCode::usage);
  } catch (const Error& error) {
    return failed(error.code(), error.what());
  } catch (const std::bad_alloc&) {
    return failed(ExitCode::out_of_memory,
                  "out of memory. Smaller settings of training.batch_size (with training.accumulate "
                  "larger) or data.max_length, or \"recompute\": true in model, need less");
  } catch (const std::exception& error) {
    return failed(ExitCode::internal, fmt::format("this is a bug of ours: {}", error.what()).c_str());
  }
}

}  // namespace reprise
