#include "rescue/recovery/programs.hpp"

#include <fcntl.h>
#include <poll.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <cstring>

#include "rescue/base/unique_fd.hpp"

namespace rescue::recovery {
namespace {

using std::chrono::steady_clock;

constexpr std::size_t kOutputBytesMax = 256 * 1024;

Status is_roots(const std::string& program) {
  struct stat info {};
  const bool fine = program.starts_with('/') && ::stat(program.c_str(), &info) == 0 &&
                    S_ISREG(info.st_mode) && info.st_uid == 0 && (info.st_mode & 022U) == 0 &&
                    (info.st_mode & 0100U) != 0;
  if (fine) return {};
  return fail(ErrorCode::kNotFound, "program-missing", program + " is not there, or is not root's alone");
}

/// In the child, after fork: async-signal-safe calls only.
struct Ends {
  int in, out, errors;
};
[[noreturn]] void become(const char* program, char* const* arguments, char* const* environment, Ends ends) {
  ::setpgid(0, 0);
  ::dup2(ends.in, 0);
  ::dup2(ends.out, 1);
  ::dup2(ends.errors, 2);
  for (int fd = 3; fd < 256; ++fd) ::close(fd);
  for (const int signal : {SIGHUP, SIGPIPE, SIGTERM, SIGINT}) ::signal(signal, SIG_DFL);
  if (::chdir("/") != 0) ::_exit(127);
  ::execve(program, arguments, environment);
  ::_exit(127);
}

struct Pipe {
  UniqueFd read, write;
  bool open = true;  ///< more may come
};

Result<Pipe> make_pipe() {
  std::array<int, 2> ends{};
  if (::pipe2(ends.data(), O_CLOEXEC) != 0 || ::fcntl(ends[0], F_SETFL, O_NONBLOCK) != 0)
    return fail(ErrorCode::kUnavailable, "target-unavailable", std::string("pipe: ") + std::strerror(errno));
  Pipe pipe;
  pipe.read = UniqueFd(ends[0]);
  pipe.write = UniqueFd(ends[1]);
  return pipe;
}

/// Takes what is there to be read; false where nothing more will come.
bool drain(int fd, std::string& out) {
  std::array<char, 16 * 1024> piece{};
  while (true) {
    const ssize_t n = ::read(fd, piece.data(), piece.size());
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return errno == EAGAIN;
    if (n == 0) return false;
    const auto room = kOutputBytesMax - std::min(out.size(), kOutputBytesMax);
    out.append(piece.data(), std::min(static_cast<std::size_t>(n), room));
  }
}

/// Reads until the child ends; false when its time is over first. A daemon that it leaves behind may hold the
/// output open: that is no reason to wait.
bool attend(pid_t child, Pipe& output, Pipe& errors, steady_clock::time_point deadline, Ended& told,
            int& status) {
  while (true) {
    const bool ended = ::waitpid(child, &status, WNOHANG) == child;
    if (output.open) output.open = drain(output.read.get(), told.output);
    if (errors.open) errors.open = drain(errors.read.get(), told.errors);
    if (ended) return true;
    if (steady_clock::now() >= deadline) break;
    std::array<pollfd, 2> watched{pollfd{output.open ? output.read.get() : -1, POLLIN, 0},
                                  pollfd{errors.open ? errors.read.get() : -1, POLLIN, 0}};
    ::poll(watched.data(), watched.size(), output.open || errors.open ? 20 : 5);
  }
  ::kill(-child, SIGKILL);
  ::waitpid(child, &status, 0);
  return false;
}

/// A pipe that holds all of it already: less than any pipe's room.
Result<UniqueFd> input_of(const std::string& text) {
  constexpr std::size_t kMost = 4096;
  if (text.empty()) return UniqueFd(::open("/dev/null", O_RDONLY | O_CLOEXEC));
  std::array<int, 2> ends{};
  if (text.size() > kMost || ::pipe2(ends.data(), O_CLOEXEC) != 0)
    return fail(ErrorCode::kUnavailable, "target-unavailable", "no input for a program");
  UniqueFd read(ends[0]);
  const UniqueFd write(ends[1]);
  if (::write(write.get(), text.data(), text.size()) != static_cast<ssize_t>(text.size()))
    return fail(ErrorCode::kUnavailable, "target-unavailable", "no input for a program");
  return read;
}

}  // namespace

std::string said_by(const Ended& ended, std::size_t most) {
  return (ended.errors.empty() ? ended.output : ended.errors).substr(0, most);
}

Result<Ended> run_program(const Command& command) {
  RESCUE_TRY(is_roots(command.program));
  RESCUE_ASSIGN(auto output, make_pipe());
  RESCUE_ASSIGN(auto errors, make_pipe());
  RESCUE_ASSIGN(const auto input, input_of(command.input));
  std::vector<std::string> words{command.program};
  words.insert(words.end(), command.arguments.begin(), command.arguments.end());
  std::vector<char*> arguments;
  for (auto& word : words) arguments.push_back(word.data());
  arguments.push_back(nullptr);
  std::array<std::string, 3> variables{"PATH=/usr/sbin:/usr/bin:/sbin:/bin", "LC_ALL=C", "HOME=/root"};
  std::vector<char*> environment;
  for (auto& variable : variables) environment.push_back(variable.data());
  environment.push_back(nullptr);
  const pid_t child = ::fork();
  if (child < 0) return fail(ErrorCode::kUnavailable, "target-unavailable", "fork failed");
  if (child == 0)
    become(command.program.c_str(), arguments.data(), environment.data(),
           {input.get(), output.write.get(), errors.write.get()});
  output.write.reset();
  errors.write.reset();
  Ended ended;
  int status = 0;
  if (!attend(child, output, errors, steady_clock::now() + command.patience, ended, status))
    return fail(ErrorCode::kTimeout, "program-timed-out", command.program + " did not come to an end");
  ended.exit_code = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
  return ended;
}

}  // namespace rescue::recovery
