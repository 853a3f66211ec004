#include "reading_child.hpp"

#include <fcntl.h>
#include <poll.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <new>
#include <system_error>

#include "supervision.hpp"

namespace rescue::probe {
namespace {

/// For the handlers below, which get no argument. Set in the child only.
evidence::ReadBoard* dying_board = nullptr;

void on_deadly_signal(int signal) {
  dying_board->blame();
  ::signal(signal, SIG_DFL);
  ::raise(signal);
}

void on_no_memory() {
  ::_exit(kOutOfMemory);
}

void prepare_to_die(evidence::ReadBoard& board) {
  dying_board = &board;
  std::set_new_handler(on_no_memory);
  for (const int signal : {SIGSEGV, SIGBUS, SIGILL, SIGFPE, SIGABRT}) ::signal(signal, on_deadly_signal);
}

[[noreturn]] void be_the_child(evidence::ReadBoard& board, pid_t parent, const std::function<int()>& work) {
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  // The parent may have gone before the line above.
  if (::getppid() != parent) ::_exit(kThrew);
  prepare_to_die(board);
  const int code = work();
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
  std::exit(code);  // the sanitizer's last checks
#else
  ::_exit(code);
#endif
}

}  // namespace

ReadingChild::ReadingChild(evidence::ReadBoard& board, const std::function<int()>& work) {
  int ends[2];
  if (::pipe2(ends, O_CLOEXEC) != 0) throw std::system_error(errno, std::generic_category(), "pipe");
  alive_ = UniqueFd(ends[0]);
  const UniqueFd held(ends[1]);
  std::fflush(nullptr);  // else both of us would write what is buffered
  const pid_t parent = ::getpid();
  pid_ = ::fork();
  if (pid_ < 0) throw std::system_error(errno, std::generic_category(), "fork");
  if (pid_ == 0) be_the_child(board, parent, work);
}

ReadingChild::~ReadingChild() {
  if (pid_ > 0) end(true);
}

bool ReadingChild::ends_within(std::chrono::milliseconds time) {
  pollfd watched{alive_.get(), POLLIN, 0};
  return ::poll(&watched, 1, static_cast<int>(time.count())) > 0;
}

std::chrono::nanoseconds ReadingChild::cpu_time() const {
  clockid_t clock{};
  timespec used{};
  if (::clock_getcpuclockid(pid_, &clock) != 0 || ::clock_gettime(clock, &used) != 0)
    return std::chrono::nanoseconds(0);
  return std::chrono::seconds(used.tv_sec) + std::chrono::nanoseconds(used.tv_nsec);
}

ChildEnd ReadingChild::end(bool hung) {
  if (hung) ::kill(pid_, SIGKILL);
  int status = 0;
  while (::waitpid(pid_, &status, 0) < 0 && errno == EINTR) {
  }
  pid_ = -1;
  if (WIFSIGNALED(status)) return {.signal = WTERMSIG(status), .hung = hung};
  return {.code = WEXITSTATUS(status), .hung = false};
}

}  // namespace rescue::probe
