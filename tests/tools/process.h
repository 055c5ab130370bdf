// Runs the built programs as a person would: arguments, signals, exit codes.
#pragma once

#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <fstream>
#include <functional>
#include <iterator>
#include <stdexcept>
#include <string>
#include <vector>

namespace reprise {

inline std::string content_of(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

struct Exited {
  int code = 0;    // -1 when a signal ended it
  int signal = 0;  // that signal
  std::string out;
  std::string err;
};

// A program of the build folder, started with arguments. Its vocabularies are kept in `folder`, and so
// is what it writes to stdout and stderr. Its threads sleep while they wait: spinning, they would take
// turns with the other tests' programs on a busy machine, and be many times slower.
class Process {
 public:
  Process(const std::string& program, std::vector<std::string> arguments, const std::string& folder)
      : output_(folder + "/output-" + std::to_string(++count())) {
    arguments.insert(arguments.begin(), std::string(REPRISE_BUILD_DIR) + "/" + program);
    // The first of a name counts.
    std::vector<std::string> variables = {"XDG_CACHE_HOME=" + folder + "/cache",
                                          "OMP_WAIT_POLICY=passive"};
    for (char** variable = environ; *variable; ++variable) variables.push_back(*variable);
    posix_spawn_file_actions_t files;
    posix_spawn_file_actions_init(&files);
    constexpr int kFlags = O_WRONLY | O_CREAT | O_TRUNC;
    posix_spawn_file_actions_addopen(&files, STDOUT_FILENO, (output_ + ".out").c_str(), kFlags, 0666);
    posix_spawn_file_actions_addopen(&files, STDERR_FILENO, (output_ + ".err").c_str(), kFlags, 0666);
    const int error = posix_spawn(&pid_, arguments[0].c_str(), &files, nullptr,
                                  pointers(arguments).data(), pointers(variables).data());
    posix_spawn_file_actions_destroy(&files);
    if (error != 0) throw std::runtime_error("can't start " + arguments[0]);
  }
  Process(const Process&) = delete;
  Process& operator=(const Process&) = delete;
  ~Process() {
    if (ended()) return;
    kill(SIGKILL);
    wait();
  }

  void kill(int signal) const { ::kill(pid_, signal); }
  bool ended() {
    if (!reaped_ && waitpid(pid_, &status_, WNOHANG) == pid_) reaped_ = true;
    return reaped_;
  }
  // Until `condition` holds, or the program has ended.
  void wait_until(const std::function<bool()>& condition) {
    while (!condition() && !ended()) usleep(200);
  }
  Exited wait() {
    while (!reaped_ && waitpid(pid_, &status_, 0) < 0 && errno == EINTR) continue;
    reaped_ = true;
    return {.code = WIFEXITED(status_) ? WEXITSTATUS(status_) : -1,
            .signal = WIFSIGNALED(status_) ? WTERMSIG(status_) : 0,
            .out = content_of(output_ + ".out"),
            .err = content_of(output_ + ".err")};
  }

 private:
  static int& count() {
    static int count = 0;
    return count;
  }
  static std::vector<char*> pointers(std::vector<std::string>& texts) {
    std::vector<char*> pointers;
    for (std::string& text : texts) pointers.push_back(text.data());
    pointers.push_back(nullptr);
    return pointers;
  }

  std::string output_;
  pid_t pid_ = -1;
  int status_ = 0;
  bool reaped_ = false;
};

}  // namespace reprise
