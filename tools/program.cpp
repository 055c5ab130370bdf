#include "tools/program.h"

#include <CLI/CLI.hpp>

#include <algorithm>
#include <cstdio>
#include <new>
#include <vector>

#include "core/printable.h"
#include "core/suggest.h"

namespace reprise {

namespace {

int failed(ExitCode code, const char* sentence) {
  std::fprintf(stderr, "error: %s\n", sentence);
  return static_cast<int>(code);
}

// The library would say only that a command is required.
void check_command(const CLI::App& app, const std::string& word) {
  std::vector<std::string> names;
  for (const CLI::App* command : app.get_subcommands([](const CLI::App*) { return true; })) {
    names.push_back(command->get_name());
  }
  if (names.empty() || word.starts_with('-') || std::ranges::count(names, word) > 0) return;
  throw Error(ExitCode::usage, "\"{}\" is no command{}; the commands are {}", printable(word), did_you_mean(word, names),
              fmt::join(names, ", "));
}

}  // namespace

const char* version() { return "reprise " REPRISE_VERSION; }

int run_program(CLI::App& app, int argc, char** argv, const std::function<ExitCode()>& run) {
  app.set_version_flag("--version", version());
  app.failure_message([](const CLI::App* program, const CLI::Error& error) {
    std::string name = program->get_name();
    for (const CLI::App* part = program; !part->get_subcommands().empty();) {
      part = part->get_subcommands().front();
      name += ' ' + part->get_name();
    }
    return fmt::format("error: {}; see {} --help\n", error.what(), name);
  });
  try {
    if (argc > 1) check_command(app, argv[1]);
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
