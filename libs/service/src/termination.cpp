#include "termination.hpp"

#include <pthread.h>

#include <cerrno>
#include <csignal>
#include <exception>

#include "rescue/service/service.hpp"

namespace rescue::service {
namespace {

sigset_t termination_signals() {
  sigset_t set;
  sigemptyset(&set);
  sigaddset(&set, SIGTERM);
  sigaddset(&set, SIGINT);
  return set;
}

int report_failed_start(const std::string& why) {
  const SystemClock clock;
  const log::Logger log({.service = program_invocation_short_name}, clock);
  log.error("service.failed", {{"detail", why}});
  return 1;
}

}  // namespace

void block_termination_signals() {
  const sigset_t set = termination_signals();
  pthread_sigmask(SIG_BLOCK, &set, nullptr);
  std::signal(SIGPIPE, SIG_IGN);
}

int wait_for_termination() {
  const sigset_t set = termination_signals();
  int signal = 0;
  while (sigwait(&set, &signal) != 0) {
  }
  return signal;
}

int run_main(const std::function<int()>& body) {
  block_termination_signals();
  try {
    return body();
  } catch (const std::exception& error) {
    return report_failed_start(error.what());
  } catch (...) {
    return report_failed_start("not a std::exception");
  }
}

}  // namespace rescue::service
