#pragma once

#include <fcntl.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <map>
#include <string>

extern char** environ;

namespace rescue::service::testing {

inline std::string from_environment(const char* name) {
  const char* value = std::getenv(name);
  return value == nullptr ? "" : value;
}

/// A process of its own that runs one disabled test of this program, which says "port N" when it is ready.
/// Killed with the object.
class ChildProgram {
 public:
  /// Returns when it is ready or has ended; `port` is 0 then.
  ChildProgram(const std::string& test, const std::map<std::string, std::string>& environment) {
    int ends[2];
    if (::pipe2(ends, O_CLOEXEC) != 0) std::abort();
    for (const auto& [name, value] : environment) ::setenv(name.c_str(), value.c_str(), 1);
    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_adddup2(&actions, ends[1], STDOUT_FILENO);
    std::string self = "/proc/self/exe";
    std::string filter = "--gtest_filter=" + test;
    std::string also = "--gtest_also_run_disabled_tests";
    std::string no_report = "--gtest_output=";
    char* arguments[] = {self.data(), filter.data(), also.data(), no_report.data(), nullptr};
    if (posix_spawn(&pid_, self.c_str(), &actions, nullptr, arguments, environ) != 0) std::abort();
    posix_spawn_file_actions_destroy(&actions);
    ::close(ends[1]);
    FILE* out = ::fdopen(ends[0], "r");
    char line[256];
    while (port == 0 && std::fgets(line, sizeof line, out) != nullptr) std::sscanf(line, "port %d", &port);
    std::fclose(out);
  }
  ~ChildProgram() {
    if (pid_ > 0) end(SIGKILL);
  }
  ChildProgram(const ChildProgram&) = delete;
  ChildProgram& operator=(const ChildProgram&) = delete;

  void signal(int number) const { ::kill(pid_, number); }
  /// It has ended by itself.
  bool ended() {
    int status = 0;
    if (pid_ > 0 && ::waitpid(pid_, &status, WNOHANG) == pid_) pid_ = -1;
    return pid_ < 0;
  }
  /// The exit code; -1 when a signal ended it.
  int wait() {
    int status = 0;
    ::waitpid(pid_, &status, 0);
    pid_ = -1;
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
  }
  int end(int number) {
    signal(number);
    return wait();
  }
  int port = 0;

 private:
  pid_t pid_ = -1;
};

}  // namespace rescue::service::testing
