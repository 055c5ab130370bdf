// Errors are sentences for the person who can mend them; each kind carries the program's exit code.
#pragma once

#include <fmt/format.h>

#include <stdexcept>
#include <string>
#include <utility>

namespace reprise {

// Exit codes of the programs, after sysexits.h where it has one. Documented in the README: scripts
// rely on these numbers.
enum class ExitCode : int {
  ok = 0,
  usage = 2,            // bad command line
  data = 65,            // data that can't be used
  no_input = 66,        // a file that is missing or can't be read
  unavailable = 69,     // a feature that this build or this processor doesn't have
  internal = 70,        // a bug of ours
  cannot_create = 73,   // output that can't be created
  io = 74,              // reading or writing failed, a full disk included
  locked = 75,          // the run directory is in use
  no_permission = 77,
  config = 78,
  diverged = 80,        // losses or gradients that aren't finite, several steps in a row
  corrupt = 81,         // no checkpoint that can be trusted
  out_of_memory = 82,
  interrupted = 130,    // stopped by SIGINT after a verified save
  terminated = 143,     // stopped by SIGTERM after a verified save
};

class Error : public std::runtime_error {
 public:
  template <class... Args>
  explicit Error(ExitCode code, fmt::format_string<Args...> format, Args&&... args)
      : std::runtime_error(fmt::format(format, std::forward<Args>(args)...)), code_(code) {}

  ExitCode code() const { return code_; }

 private:
  ExitCode code_;
};

// An operation was given tensors that don't fit: the message names the operation and the shapes.
class ShapeError : public Error {
 public:
  template <class... Args>
  explicit ShapeError(fmt::format_string<Args...> format, Args&&... args)
      : Error(ExitCode::internal, format, std::forward<Args>(args)...) {}
};

// The engine was used against its rules (a second backward, operands of two tapes, …).
class UsageError : public Error {
 public:
  template <class... Args>
  explicit UsageError(fmt::format_string<Args...> format, Args&&... args)
      : Error(ExitCode::internal, format, std::forward<Args>(args)...) {}
};

// The configuration asks for something that can't be.
class ConfigError : public Error {
 public:
  template <class... Args>
  explicit ConfigError(fmt::format_string<Args...> format, Args&&... args)
      : Error(ExitCode::config, format, std::forward<Args>(args)...) {}
};

// A file's content is not what it should be: the message names the file and the place in it.
class DataError : public Error {
 public:
  template <class... Args>
  explicit DataError(fmt::format_string<Args...> format, Args&&... args)
      : Error(ExitCode::data, format, std::forward<Args>(args)...) {}
};

}  // namespace reprise
