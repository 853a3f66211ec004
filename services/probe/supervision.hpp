#pragma once

#include <chrono>
#include <functional>
#include <iosfwd>
#include <map>
#include <string>
#include <vector>

#include "rescue/evidence/gap.hpp"
#include "rescue/evidence/read_board.hpp"

namespace rescue::probe {

/// What one child is to do. The first one reads all; each that follows leaves out what killed those before.
struct Attempt {
  unsigned jobs = 1;
  std::map<std::string, std::string> left_out;  ///< files, and why
  bool web_files = true;
  bool logs = true;
  std::vector<evidence::Gap> gaps;  ///< where a whole part is left out
};

/// Exit codes of a child beside kDone and kFailed, which end everything.
constexpr int kThrew = 10;
constexpr int kOutOfMemory = 11;

struct Supervision {
  unsigned jobs = 1;
  unsigned most_deaths = 24;  ///< children in all, before whole parts are left out
  /// A child hangs that uses so much processor time, or lets so much time pass, without getting anywhere.
  std::chrono::milliseconds cpu_patience{60'000};
  /// After each that did, the next one has half of it, but not less than this.
  std::chrono::milliseconds least_cpu_patience{4'000};
  /// Processor time that may go to such deaths in all, before whole parts are left out.
  std::chrono::milliseconds most_cpu_of_deaths{150'000};
  std::chrono::milliseconds patience{600'000};
  std::chrono::milliseconds glance{200};  ///< how often it is looked at
  std::function<void(const evidence::ReadBoard&)> on_glance = {};
};

/// Runs `read` in a child process until one comes through, and gives its exit code (kDone or kFailed). A
/// child that is killed, throws or hangs ends the reading of one file: the next one goes without it. Where
/// the dead one had several threads and did not tell which file it was, the next has one thread, so that it
/// shows; merged logs have two, and what both held is left out. Deaths that no file explains end with the
/// logs left out, then the web files. A child that was killed by a limit which the caller set on all of us
/// (processor time, size of files) takes us with it. What happens is told to `err`. To be called from a
/// process with one thread.
int supervise(const Supervision& how, const std::function<int(const Attempt&, evidence::ReadBoard&)>& read,
              std::ostream& err);

}  // namespace rescue::probe
