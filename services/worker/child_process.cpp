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

namespace rescue::worker {
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
  ProbeLimits limits;
  int null_fd = -1;
  int stderr_fd = -1;
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

bool set_limits(const ProbeLimits& limits) {
  const auto cpu = static_cast<rlim_t>(limits.cpu.count());
  const bool bounded = kAddressSpaceCanBeLimited && limits.memory_bytes != 0;
  const rlim_t memory = bounded ? limits.memory_bytes : RLIM_INFINITY;
  return limit(RLIMIT_CPU, cpu, cpu + 5) && limit(RLIMIT_AS, memory, memory) &&
         limit(RLIMIT_FSIZE, limits.output_bytes, limits.output_bytes) &&
         limit(RLIMIT_NOFILE, kOpenFilesMax, kOpenFilesMax) && limit(RLIMIT_CORE, 0, 0);
}

bool leave_the_worker(const Preparation& prepared) {
  if (::setpgid(0, 0) != 0) return false;
  if (::prctl(PR_SET_PDEATHSIG, SIGKILL) != 0) return false;
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
  if (::dup2(prepared.null_fd, 0) < 0 || ::dup2(prepared.null_fd, 1) < 0 ||
      ::dup2(prepared.stderr_fd, 2) < 0) {
    give_up(prepared, 2);
  }
  if (::syscall(SYS_close_range, 3U, ~0U, CLOSE_RANGE_CLOEXEC) != 0) give_up(prepared, 2);
  ::execve(prepared.program.c_str(), prepared.argv.data(), prepared.environment.data());
  give_up(prepared, 3);
}

struct Pipe {
  FileHandle read, write;
};

Result<Pipe> make_pipe() {
  int ends[2];
  if (::pipe2(ends, O_CLOEXEC) != 0) {
    return fail(ErrorCode::kUnavailable, "probe-not-started", system_text("pipe", "", errno));
  }
  return Pipe{FileHandle(ends[0]), FileHandle(ends[1])};
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

Result<ChildProcess> ChildProcess::start(const std::string& program,
                                         const std::vector<std::string>& arguments,
                                         const ProbeLimits& limits) {
  RESCUE_ASSIGN(Pipe messages, make_pipe());
  RESCUE_ASSIGN(Pipe failures, make_pipe());
  const FileHandle null(::open("/dev/null", O_RDWR | O_CLOEXEC));
  if (!null)
    return fail(ErrorCode::kUnavailable, "probe-not-started", system_text("open", "/dev/null", errno));
  Preparation prepared{
      .program = program, .words = {program}, .argv = {}, .environment = {}, .limits = limits};
  prepared.words.insert(prepared.words.end(), arguments.begin(), arguments.end());
  for (std::string& word : prepared.words) prepared.argv.push_back(word.data());
  prepared.argv.push_back(nullptr);
  std::string environment[] = {"PATH=/usr/bin:/bin", "LANG=C.UTF-8", "TZ=UTC"};
  for (std::string& entry : environment) prepared.environment.push_back(entry.data());
  prepared.environment.push_back(nullptr);
  prepared.null_fd = null.get();
  prepared.stderr_fd = messages.write.get();
  prepared.failure_fd = failures.write.get();
  prepared.parent = ::getpid();

  const pid_t pid = ::fork();
  if (pid == 0) become(prepared);
  if (pid < 0) return fail(ErrorCode::kUnavailable, "probe-not-started", system_text("fork", "", errno));
  ChildProcess child;
  child.pid_ = Pid(pid);
  messages.write.reset();
  failures.write.reset();
  if (const auto failure = wait_for_start(failures.read.get())) {
    return fail(ErrorCode::kUnavailable, "probe-not-started",
                system_text(kSteps[failure->step], program, failure->error));
  }
  child.exit_ = FileHandle(static_cast<int>(::syscall(SYS_pidfd_open, pid, 0U)));
  if (!child.exit_)
    return fail(ErrorCode::kUnavailable, "probe-not-started", system_text("pidfd_open", "", errno));
  ::fcntl(messages.read.get(), F_SETFL, O_NONBLOCK);
  child.stderr_ = std::move(messages.read);
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

}  // namespace rescue::worker
