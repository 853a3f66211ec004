#include "held_program.hpp"

#include <fcntl.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <utility>

namespace rescue::tether {
namespace {

constexpr int kNiceness = 10;
// ioprio_set(2): IOPRIO_WHO_PROCESS, class "idle".
constexpr int kIoprioWhoProcess = 1;
constexpr int kIoprioIdle = 3 << 13;

struct Pipe {
  int read = -1, write = -1;
};

bool make_pipe(Pipe& out) {
  std::array<int, 2> ends{};
  if (::pipe2(ends.data(), O_CLOEXEC) != 0) return false;
  out = {ends[0], ends[1]};
  return true;
}

void close_pipe(const Pipe& pipe) {
  if (pipe.read >= 0) ::close(pipe.read);
  if (pipe.write >= 0) ::close(pipe.write);
}

void limit(__rlimit_resource resource, unsigned long most) {
  if (most == 0) return;
  const rlimit value{most, resource == RLIMIT_CPU ? most + 5 : most};
  ::setrlimit(resource, &value);
}

/// The server is somebody's who works on it: we come last there, for its memory too.
void lower_priority(const HeldLimits& limits) {
  [[maybe_unused]] const int nice = ::nice(kNiceness);
  ::syscall(SYS_ioprio_set, kIoprioWhoProcess, 0, kIoprioIdle);
  if (limits.grace_s != 0) return;
  const int wish = ::open("/proc/self/oom_score_adj", O_WRONLY | O_CLOEXEC);
  if (wish < 0) return;
  [[maybe_unused]] const ssize_t n = ::write(wish, "1000", 4);
  ::close(wish);
}

[[noreturn]] void become(int file, char* const* words, const HeldLimits& limits,
                         const std::array<int, 3>& streams, int failure) {
  ::setpgid(0, 0);
  // What may go on without the line may go on without its keeper.
  if (limits.grace_s == 0) ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  sigset_t none;
  ::sigemptyset(&none);
  ::sigprocmask(SIG_SETMASK, &none, nullptr);
  for (const int signal : {SIGPIPE, SIGTERM, SIGINT, SIGHUP, SIGCHLD}) ::signal(signal, SIG_DFL);
  ::umask(077);
  if (::chdir("/") != 0) ::_exit(127);
  lower_priority(limits);
  limit(RLIMIT_CPU, limits.cpu_s);
  limit(RLIMIT_AS, limits.memory_bytes);
  limit(RLIMIT_FSIZE, limits.file_bytes);
  const rlimit no_core{0, 0};
  ::setrlimit(RLIMIT_CORE, &no_core);
  for (int i = 0; i < 3; ++i) ::dup2(streams[static_cast<std::size_t>(i)], i);
  char path[] = "PATH=/usr/sbin:/usr/bin:/sbin:/bin", lang[] = "LANG=C.UTF-8", zone[] = "TZ=UTC";
  char* const environment[] = {path, lang, zone, nullptr};
  ::syscall(SYS_execveat, file, "", words, environment, AT_EMPTY_PATH);
  // Linux before 3.19; and a script, whose interpreter opens it once more.
  ::fcntl(file, F_SETFD, 0);
  const std::string itself = "/proc/self/fd/" + std::to_string(file);
  ::execve(itself.c_str(), words, environment);
  const int error = errno;
  [[maybe_unused]] const ssize_t n = ::write(failure, &error, sizeof error);
  ::_exit(127);
}

}  // namespace

HeldProgram::~HeldProgram() {
  kill();
  for (int* fd : {&in_, &out_, &err_}) close_one(*fd);
}

void HeldProgram::close_one(int& fd) {
  if (fd >= 0) ::close(std::exchange(fd, -1));
}

std::optional<std::string> HeldProgram::start(int file, const std::vector<std::string>& words,
                                              const HeldLimits& limits) {
  Pipe in, out, err, failure;
  if (!make_pipe(in) || !make_pipe(out) || !make_pipe(err) || !make_pipe(failure)) {
    const std::string why = std::strerror(errno);
    for (const auto* pipe : {&in, &out, &err, &failure}) close_pipe(*pipe);
    return why;
  }
  std::vector<std::string> own(words);
  std::vector<char*> argv;
  argv.reserve(own.size() + 1);
  for (auto& word : own) argv.push_back(word.data());
  argv.push_back(nullptr);
  pid_ = ::fork();
  if (pid_ == 0) become(file, argv.data(), limits, {in.read, out.write, err.write}, failure.write);
  const int fork_error = errno;
  for (const int fd : {in.read, out.write, err.write, failure.write}) ::close(fd);
  in_ = in.write;
  out_ = out.read;
  err_ = err.read;
  int error = fork_error;
  const bool failed = pid_ < 0 || ::read(failure.read, &error, sizeof error) == sizeof error;
  ::close(failure.read);
  if (failed) {
    kill();
    return std::strerror(error);
  }
  for (const int fd : {in_, out_, err_}) ::fcntl(fd, F_SETFL, O_NONBLOCK);
  return std::nullopt;
}

void HeldProgram::note(int wait_status) {
  ended_ = WIFSIGNALED(wait_status) ? "signal " + std::to_string(WTERMSIG(wait_status))
                                    : "exit " + std::to_string(WEXITSTATUS(wait_status));
  // What it forked in its group ends with it; the number is still its own while it is not reaped.
}

const std::optional<std::string>& HeldProgram::ending() {
  if (!runs()) return ended_;
  siginfo_t info{};
  // First a look that leaves it unreaped: until then the group's number cannot be anybody else's.
  if (::waitid(P_PID, static_cast<id_t>(pid_), &info, WEXITED | WNOHANG | WNOWAIT) == 0 &&
      info.si_pid == pid_)
    kill();
  return ended_;
}

void HeldProgram::kill() {
  if (!runs()) return;
  ::kill(-pid_, SIGKILL);
  ::kill(pid_, SIGKILL);
  int status = 0;
  while (::waitpid(pid_, &status, 0) < 0 && errno == EINTR) {
  }
  note(status);
}

}  // namespace rescue::tether
