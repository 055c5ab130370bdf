#include "tools/trainer/stop_signals.h"

#include <signal.h>
#include <unistd.h>

#include <algorithm>

namespace reprise {

namespace {

constexpr int kSignals[] = {SIGINT, SIGTERM, SIGHUP};

volatile sig_atomic_t g_signal = 0;

// Only what is safe in a signal handler. A second signal leaves the last committed checkpoint.
void on_signal(int signal) {
  if (g_signal != 0) _exit(128 + signal);
  g_signal = signal;
}

// What a frame needs here, with room to spare: 11 KiB with the registers of AVX-512 and AMX.
size_t frame_bytes() {
  constexpr size_t kLeast = 64 << 10;
  return std::max(kLeast, static_cast<size_t>(sysconf(_SC_SIGSTKSZ)));
}

}  // namespace

// Note [A stack for signals]
// The code that oneDNN 2.6 generates for products in float32 borrows the stack pointer. A signal that
// arrives then puts its frame, kilobytes of it, into the heap, and the next free() finds that out:
// one stop in a hundred lost its run. So the handler has a stack of its own. Such a stack is a
// thread's, and the threads of a Team take no signals instead.
StopSignals::StopSignals() : stack_(frame_bytes()) {
  g_signal = 0;
  stack_t stack = {};
  stack.ss_sp = stack_.data();
  stack.ss_size = stack_.size();
  sigaltstack(&stack, &stack_before_);
  struct sigaction stop = {}, ignore = {}, before = {};
  stop.sa_handler = on_signal;
  stop.sa_flags = SA_ONSTACK | SA_RESTART;
  ignore.sa_handler = SIG_IGN;
  for (const int number : kSignals) {
    sigaction(number, nullptr, &before);
    if (before.sa_handler == SIG_IGN) continue;
    before_.emplace_back(number, before);
    sigaction(number, &stop, nullptr);
  }
  sigaction(SIGPIPE, &ignore, &before);
  before_.emplace_back(SIGPIPE, before);
}

StopSignals::~StopSignals() {
  for (const auto& [number, before] : before_) sigaction(number, &before, nullptr);
  sigaltstack(&stack_before_, nullptr);
}

bool StopSignals::requested() { return g_signal != 0; }

ExitCode StopSignals::exit_code() { return static_cast<ExitCode>(128 + g_signal); }

}  // namespace reprise
