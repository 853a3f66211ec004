#pragma once

#include <sys/types.h>

#include <string>
#include <vector>

#include "config.hpp"
#include "file_handle.hpp"

namespace rescue::worker {

/// A child and its process group. Whoever holds it has ended and reaped it before it goes.
class ChildProcess {
 public:
  /// Forks and runs `program`. kUnavailable ("probe-not-started") with the step that failed.
  static Result<ChildProcess> start(const std::string& program, const std::vector<std::string>& arguments,
                                    const ProbeLimits& limits);
  ChildProcess(ChildProcess&& other) noexcept = default;
  ChildProcess& operator=(ChildProcess&&) = delete;
  ~ChildProcess();

  int exit_fd() const { return exit_.get(); }  ///< readable when the child has ended
  int stderr_fd() const { return stderr_.get(); }
  /// Kills the process group (a child that has ended by itself leaves only what it forked), reaps the child
  /// and gives its wait status.
  int end();

 private:
  ChildProcess() = default;
  struct Pid {
    pid_t value = -1;
    Pid() = default;
    explicit Pid(pid_t pid) : value(pid) {}
    Pid(Pid&& other) noexcept : value(std::exchange(other.value, -1)) {}
    Pid& operator=(Pid&& other) noexcept {
      value = std::exchange(other.value, -1);
      return *this;
    }
  };
  Pid pid_;
  FileHandle exit_;
  FileHandle stderr_;
};

}  // namespace rescue::worker
