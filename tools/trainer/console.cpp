#include "tools/trainer/console.h"

#include <fmt/format.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <cstdlib>
#include <string_view>

namespace reprise {

namespace {

bool redraws() {
  const char* term = std::getenv("TERM");
  return isatty(STDERR_FILENO) && term && std::string_view(term) != "dumb";
}

size_t width() {
  winsize size{};
  if (ioctl(STDERR_FILENO, TIOCGWINSZ, &size) != 0 || size.ws_col == 0) return 80;
  return size.ws_col;
}

}  // namespace

Console::Console() : terminal_(redraws()) {}

void Console::say(const std::string& text) {
  clear_line();
  fmt::print(stderr, "{}\n", text);
  log_.line(text);
}

void Console::warn(const std::string& sentence) { say("warning: " + sentence); }

void Console::progress(const std::string& text, bool keep) {
  if (keep) return say(text);
  const auto now = std::chrono::steady_clock::now();
  if (!terminal_ || now - last_drawn_ < std::chrono::milliseconds(100)) return;
  last_drawn_ = now;
  fmt::print(stderr, "\r\033[K{}", std::string_view(text).substr(0, width() - 1));
  drawn_ = true;
}

void Console::clear_line() {
  if (drawn_) fmt::print(stderr, "\r\033[K");
  drawn_ = false;
}

}  // namespace reprise
