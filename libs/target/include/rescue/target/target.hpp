#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "rescue/base/result.hpp"

namespace rescue::target {

using SteadyTime = std::chrono::steady_clock::time_point;

/// What a program may use; 0: no limit.
struct ProgramLimits {
  std::chrono::seconds cpu{0};
  std::uint64_t memory_bytes = 0;  ///< address space
  std::uint64_t file_bytes = 0;    ///< of any file it writes
};

/// One run of one of our own static programs at the target.
struct ProgramRun {
  std::string program;  ///< where it lies on this machine; an absolute path
  std::vector<std::string> arguments = {};
  ProgramLimits limits = {};
  /// Its stdin is a pipe for send(); otherwise it is at its end from the beginning.
  bool input = false;
  /// How long it may go on, with its stdin at its end, when whoever started it or the line to it is gone:
  /// for programs that must not be ended between two steps. 0: it ends at once.
  std::chrono::seconds grace{0};
  /// The job it runs for: letters, digits, '_' and '-'. What an earlier run for it left behind is removed.
  std::string job = "none";
};

/// How a program ended; one of the two.
struct Ending {
  int exit_code = 0;
  int signal = 0;
};

/// What came since the last look. Bytes of a hostile server.
struct Heard {
  std::string out;
  std::string messages;          ///< its stderr
  std::optional<Ending> ending;  ///< once, with the last bytes
};

/// A program that runs at a target. When the object goes, the program is ended first (its grace is for lost
/// lines, not for this). One thread at a time, the one that started it.
class Running {
 public:
  virtual ~Running() = default;
  /// All of it, until the time. kTimeout ("target-silent") when the program does not take it; the errors of
  /// hear(). What is sent to a program that has ended is lost.
  virtual Status send(std::string_view bytes, SteadyTime until) = 0;
  /// Its stdin ends after what was sent.
  virtual Status end_input() = 0;
  /// Waits until something has come, or until the time (then all of it is empty). Calls must not be further
  /// apart than half a minute: they also tell the other side that somebody is here. kUnavailable
  /// ("target-lost", "target-interrupted"), kTimeout ("target-silent": the line says nothing at all),
  /// kCorrupt ("target-garbage").
  virtual Result<Heard> hear(SteadyTime until) = 0;
};

/// A server to be looked at or worked on: its disk mounted here, or the running server at the other end of a
/// connection. It outlives what it started. One thread at a time.
class Target {
 public:
  virtual ~Target() = default;
  /// Where a program that is started there finds the server's root.
  virtual std::string root() const = 0;
  /// In one line, how it is reached: "mounted at /mnt/x", "over SSH". Nothing of the sealed access.
  virtual std::string described() const = 0;
  /// Errors: of the mounted root kUnavailable ("probe-not-started"); of SSH those of its README.
  virtual Result<std::unique_ptr<Running>> start(const ProgramRun& run) = 0;
};

}  // namespace rescue::target
