#pragma once

#include <sys/types.h>

#include <string>
#include <vector>

#include "rescue/base/unique_fd.hpp"
#include "rescue/target/target.hpp"

namespace rescue::target {

/// A child and its process group. Whoever holds it has ended and reaped it before it goes.
class ChildProcess {
 public:
  /// Forks and runs the program. kUnavailable ("probe-not-started") with the step that failed.
  static Result<ChildProcess> start(const ProgramRun& run);
  ChildProcess(ChildProcess&& other) noexcept = default;
  ChildProcess& operator=(ChildProcess&&) = delete;
  ~ChildProcess();

  int exit_fd() const { return exit_.get(); }  ///< readable when the child has ended
  int in_fd() const { return in_.get(); }      ///< -1 when it has no input, or it was closed
  int out_fd() const { return out_.get(); }
  int err_fd() const { return err_.get(); }
  void close_in() { in_.reset(); }
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
  UniqueFd exit_;
  UniqueFd in_, out_, err_;
};

}  // namespace rescue::target
