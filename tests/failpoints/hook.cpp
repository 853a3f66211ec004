// What makes failpoints fail. Linked into the services of tests/failpoints, not into those that are shipped.
//
//   RESCUE_FAILPOINT="<name> <hit> kill|stop|fail"  at the hit-th time (from 1) that <name> is reached:
//   SIGKILL, SIGSTOP, or fail RESCUE_FAILPOINT_LOG=<file>                     one line for each failpoint
//   reached
#include <fcntl.h>
#include <signal.h>
#include <unistd.h>

#include <atomic>
#include <cstdlib>
#include <sstream>
#include <string>

#include "rescue/base/failpoint.hpp"

namespace {

struct Armed {
  std::string name, action;
  long hit = 0;
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

bool reach(const char* name) {
  static const Armed armed = read_armed();
  static const int log = open_log();
  static std::atomic<long> hits{0};
  const std::string line = std::string(name) + "\n";
  if (log >= 0 && ::write(log, line.data(), line.size()) < 0) ::abort();
  if (armed.name != name || ++hits != armed.hit) return false;
  if (armed.action == "kill") ::kill(::getpid(), SIGKILL);
  if (armed.action == "stop") ::kill(::getpid(), SIGSTOP);
  return armed.action == "fail";
}

const bool kSet = [] {
  rescue::failpoint_hook = reach;
  return true;
}();

}  // namespace
