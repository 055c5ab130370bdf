#include "tools/trainer/stop_signals.h"

#include <csignal>
#include <unistd.h>

namespace reprise {

namespace {

constexpr int kSignals[] = {SIGINT, SIGTERM, SIGHUP};

volatile std::sig_atomic_t g_signal = 0;

// Only what is safe in a signal handler. A second signal leaves the last committed checkpoint.
void on_signal(int signal) {
  if (g_signal != 0) _exit(128 + signal);
  g_signal = signal;
}

}  // namespace

StopSignals::StopSignals() {
  g_signal = 0;
  for (int signal : kSignals) std::signal(signal, on_signal);
  std::signal(SIGPIPE, SIG_IGN);
}

StopSignals::~StopSignals() {
  for (int signal : kSignals) std::signal(signal, SIG_DFL);
}

bool StopSignals::requested() { return g_signal != 0; }

ExitCode StopSignals::exit_code() { return static_cast<ExitCode>(128 + g_signal); }

}  // namespace reprise
