// What a person sees while training: one line that is redrawn on a terminal, plain lines elsewhere.
// Everything goes to stderr; stdout is for results. log.txt gets the plain lines.
#pragma once

#include <chrono>
#include <string>

#include "tools/trainer/metrics_log.h"

namespace reprise {

class Console {
 public:
  Console();
  ~Console() { clear_line(); }

  // From now on, lines also go to the file.
  void attach(AppendedFile log) { log_ = std::move(log); }

  void say(const std::string& text);      // for the log and for everybody
  void warn(const std::string& sentence);  // "warning: …"
  // How it goes: redrawn in place on a terminal (at most ten times a second), and, when `keep` is set,
  // a line of its own.
  void progress(const std::string& text, bool keep);

 private:
  void clear_line();

  bool terminal_;
  bool drawn_ = false;
  std::chrono::steady_clock::time_point last_drawn_{};
  AppendedFile log_;
};

}  // namespace reprise
