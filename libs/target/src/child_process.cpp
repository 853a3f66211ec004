#include "child_process.hpp"

#include <fcntl.h>
#include <linux/close_range.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#include <cerrno>
#include <csignal>
#include <cstring>

namespace rescue::target {
namespace {

constexpr rlim_t kOpenFilesMax = 1'024;
constexpr int kNiceness = 10;
// ioprio_set(2): IOPRIO_WHO_PROCESS, class "idle".
constexpr int kIoprioWhoProcess = 1;
constexpr int kIoprioIdle = 3 << 13;

// A sanitizer's shadow takes terabytes of address space: under one, no program could start within a limit.
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
constexpr bool kAddressSpaceCanBeLimited = false;
#else
constexpr bool kAddressSpaceCanBeLimited = true;
#endif

/// What the child tells its parent when it could not become the program.
struct StartFailure {
  int step = 0;
  int error = 0;
};
constexpr const char* kSteps[] = {"set up", "limit", "redirect", "run"};

/// Everything the child needs, made before the fork: after it only async-signal-safe calls are allowed.
struct Preparation {
  std::string program;
  std::vector<std::string> words;
  std::vector<char*> argv;
  std::vector<char*> environment;
  ProgramLimits limits;
  bool outlives = false;
  int in = -1, out = -1, err = -1;
  int failure_fd = -1;
  pid_t parent = 0;
};

[[noreturn]] void give_up(const Preparation& prepared, int step) {
  const StartFailure failure{step, errno};
  [[maybe_unused]] const ssize_t n = ::write(prepared.failure_fd, &failure, sizeof failure);
  ::_exit(127);
}

bool limit(int resource, rlim_t soft, rlim_t hard) {
  const rlimit value{soft, hard};
  return ::setrlimit(static_cast<__rlimit_resource_t>(resource), &value) == 0;
}

bool set_limits(const ProgramLimits& limits) {
  const auto cpu = static_cast<rlim_t>(limits.cpu.count());
  const bool bounded = kAddressSpaceCanBeLimited && limits.memory_bytes != 0;
  return (cpu == 0 || limit(RLIMIT_CPU, cpu, cpu + 5)) &&
         (!bounded || limit(RLIMIT_AS, limits.memory_bytes, limits.memory_bytes)) &&
         (limits.file_bytes == 0 || limit(RLIMIT_FSIZE, limits.file_bytes, limits.file_bytes)) &&
         limit(RLIMIT_NOFILE, kOpenFilesMax, kOpenFilesMax) && limit(RLIMIT_CORE, 0, 0);
}

bool leave_the_worker(const Preparation& prepared) {
  if (::setpgid(0, 0) != 0) return false;
  if (!prepared.outlives && ::prctl(PR_SET_PDEATHSIG, SIGKILL) != 0) return false;
  // The worker may have gone before the line above.
  if (::getppid() != prepared.parent) ::_exit(127);
  if (::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0) return false;
  ::umask(077);
  return ::chdir("/") == 0;
}

/// The program starts with every signal unblocked and at its default.
void reset_signals() {
  sigset_t none;
  ::sigemptyset(&none);
  ::sigprocmask(SIG_SETMASK, &none, nullptr);
  for (const int signal : {SIGPIPE, SIGTERM, SIGINT, SIGHUP, SIGCHLD}) ::signal(signal, SIG_DFL);
}

/// Its priority is a kindness, not a safety: failing to lower it is no reason to stop.
void lower_priority() {
  [[maybe_unused]] const int nice = ::nice(kNiceness);
  ::syscall(SYS_ioprio_set, kIoprioWhoProcess, 0, kIoprioIdle);
}

[[noreturn]] void become(const Preparation& prepared) {
  if (!leave_the_worker(prepared)) give_up(prepared, 0);
  reset_signals();
  lower_priority();
  if (!set_limits(prepared.limits)) give_up(prepared, 1);
  if (::dup2(prepared.in, 0) < 0 || ::dup2(prepared.out, 1) < 0 || ::dup2(prepared.err, 2) < 0) {
    give_up(prepared, 2);
  }
  if (::syscall(SYS_close_range, 3U, ~0U, CLOSE_RANGE_CLOEXEC) != 0) give_up(prepared, 2);
  ::execve(prepared.program.c_str(), prepared.argv.data(), prepared.environment.data());
  give_up(prepared, 3);
}

tl::unexpected<Error> not_started(const std::string& step, const std::string& path, int error) {
  return fail(ErrorCode::kUnavailable, "probe-not-started", step + " " + path + ": " + std::strerror(error));
}

struct Pipe {
  UniqueFd read, write;
};

Result<Pipe> make_pipe() {
  int ends[2];
  if (::pipe2(ends, O_CLOEXEC) != 0) return not_started("pipe", "", errno);
  return Pipe{UniqueFd(ends[0]), UniqueFd(ends[1])};
}

/// Blocks until the child has become the program (the pipe closes) or says why not.
std::optional<StartFailure> wait_for_start(int fd) {
  StartFailure failure;
  ssize_t n = 0;
  do {
    n = ::read(fd, &failure, sizeof failure);
  } while (n < 0 && errno == EINTR);
  if (n == sizeof failure) return failure;
  return std::nullopt;
}

}  // namespace

Result<ChildProcess> ChildProcess::start(const ProgramRun& run) {
  RESCUE_ASSIGN(Pipe output, make_pipe());
  RESCUE_ASSIGN(Pipe messages, make_pipe());
  RESCUE_ASSIGN(Pipe failures, make_pipe());
  Pipe input;
  if (run.input) {
    RESCUE_ASSIGN(input, make_pipe());
  } else {
    input.read = UniqueFd(::open("/dev/null", O_RDWR | O_CLOEXEC));
    if (!input.read) return not_started("open", "/dev/null", errno);
  }
  Preparation prepared{
      .program = run.program, .words = {run.program}, .argv = {}, .environment = {}, .limits = run.limits};
  prepared.words.insert(prepared.words.end(), run.arguments.begin(), run.arguments.end());
  for (std::string& word : prepared.words) prepared.argv.push_back(word.data());
  prepared.argv.push_back(nullptr);
  std::string environment[] = {"PATH=/usr/bin:/bin", "LANG=C.UTF-8", "TZ=UTC"};
  for (std::string& entry : environment) prepared.environment.push_back(entry.data());
  prepared.environment.push_back(nullptr);
  prepared.outlives = run.grace.count() > 0;
  prepared.in = input.read.get();
  prepared.out = output.write.get();
  prepared.err = messages.write.get();
  prepared.failure_fd = failures.write.get();
  prepared.parent = ::getpid();

  const pid_t pid = ::fork();
  if (pid == 0) become(prepared);
  if (pid < 0) return not_started("fork", "", errno);
  ChildProcess child;
  child.pid_ = Pid(pid);
  for (UniqueFd* theirs : {&input.read, &output.write, &messages.write, &failures.write}) theirs->reset();
  if (const auto failure = wait_for_start(failures.read.get())) {
    return not_started(kSteps[failure->step], run.program, failure->error);
  }
  child.exit_ = UniqueFd(static_cast<int>(::syscall(SYS_pidfd_open, pid, 0U)));
  if (!child.exit_) return not_started("pidfd_open", "", errno);
  child.in_ = std::move(input.write);
  child.out_ = std::move(output.read);
  child.err_ = std::move(messages.read);
  for (const int fd : {child.in_fd(), child.out_fd(), child.err_fd()}) {
    if (fd >= 0) ::fcntl(fd, F_SETFL, O_NONBLOCK);
  }
  return child;
}

int ChildProcess::end() {
  if (pid_.value < 0) return 0;
  // Not reaped yet, so the group's number cannot belong to anybody else.
  ::kill(-pid_.value, SIGKILL);
  ::kill(pid_.value, SIGKILL);
  int status = 0;
  while (::waitpid(pid_.value, &status, 0) < 0 && errno == EINTR) {
  }
  pid_.value = -1;
  return status;
}

ChildProcess::~ChildProcess() {
  end();
}

}  // namespace rescue::target
