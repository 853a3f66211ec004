// What makes failpoints fail. Linked into the services of tests/failpoints, not into those that are shipped.
//
//   RESCUE_FAILPOINT="<name> <hit> <action>"
//       <hit> is "3": at the third time that <name> is reached, or "%3": at one in three, always the same,
//       but in no rhythm that anything could keep step with; <action> is kill (SIGKILL), stop (SIGSTOP), or
//       fail (as the code around it says).
//   RESCUE_FAILPOINT_LOG=<file>
//       a line "reached <name>" each time, and "fired <name>" before the action.
#include <fcntl.h>
#include <signal.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cstdint>
#include <cstdlib>
#include <sstream>
#include <string>

#include "rescue/base/failpoint.hpp"

namespace {

struct Armed {
  std::string name, hit, action;

  bool is_due(long reached) const {
    if (!hit.starts_with('%')) return reached == std::atol(hit.c_str());
    // The mixing steps of splitmix64 (Steele, Lea, Flood 2014).
    auto mixed = static_cast<std::uint64_t>(reached) * 0x9e3779b97f4a7c15U;
    mixed = (mixed ^ (mixed >> 30U)) * 0xbf58476d1ce4e5b9U;
    mixed = (mixed ^ (mixed >> 27U)) * 0x94d049bb133111ebU;
    return (mixed >> 31U) % static_cast<std::uint64_t>(std::max(1L, std::atol(hit.c_str() + 1))) == 0;
  }
};

Armed read_armed() {
  Armed armed;
  const char* text = std::getenv("RESCUE_FAILPOINT");
  if (text != nullptr) std::istringstream(text) >> armed.name >> armed.hit >> armed.action;
  return armed;
}

int open_log() {
  const char* path = std::getenv("RESCUE_FAILPOINT_LOG");
  return path == nullptr ? -1 : ::open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
}

void write_log(const std::string& line) {
  static const int log = open_log();
  if (log >= 0 && ::write(log, line.data(), line.size()) < 0) ::abort();
}

bool reach(const char* name) {
  static const Armed armed = read_armed();
  static std::atomic<long> hits{0};
  write_log("reached " + std::string(name) + "\n");
  if (armed.name != name || !armed.is_due(++hits)) return false;
  write_log("fired " + std::string(name) + "\n");
  if (armed.action == "kill") ::kill(::getpid(), SIGKILL);
  if (armed.action == "stop") ::kill(::getpid(), SIGSTOP);
  return armed.action == "fail";
}

const bool kSet = [] {
  rescue::failpoint_hook = reach;
  return true;
}();

}  // namespace
