// SIGINT, SIGTERM and SIGHUP ask for a stop; a second one stops at once. One that is ignored at the start stays so:
// nohup wants a run to outlive its terminal.
#pragma once

#include <signal.h>

#include <utility>
#include <vector>

#include "core/error.h"

namespace reprise {

// One at a time, on the main thread.
class StopSignals {
 public:
  StopSignals();   // takes the signals over, and ignores SIGPIPE
  ~StopSignals();  // gives them back
  StopSignals(const StopSignals&) = delete;
  StopSignals& operator=(const StopSignals&) = delete;

  static bool requested();
  // What to exit with after the save: 128 + the signal's number.
  static ExitCode exit_code();

 private:
  std::vector<char> stack_;  // the handler's, on the thread that made this
  stack_t stack_before_ = {};
  std::vector<std::pair<int, struct sigaction>> before_;  // of each signal that was taken
};

}  // namespace reprise
