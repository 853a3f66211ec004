#include "postgres_program.hpp"

#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

extern char** environ;

namespace rescue::store {
namespace {

/// What is kept of a program's complaints.
constexpr std::size_t kSaidBytesMax = 2'000;

tl::unexpected<Error> failed(const std::string& name, const std::string& why) {
  return fail(ErrorCode::kUnavailable, "backup-failed", name + ": " + why);
}

/// Reads to the end; the last of it.
std::string read_said(int fd) {
  std::string said;
  char piece[1'024];
  while (true) {
    const auto size = ::read(fd, piece, sizeof piece);
    if (size < 0 && errno == EINTR) continue;
    if (size <= 0) break;
    said.append(piece, static_cast<std::size_t>(size));
    if (said.size() > kSaidBytesMax) said.erase(0, said.size() - kSaidBytesMax);
  }
  while (said.ends_with('\n')) said.pop_back();
  return said;
}

int wait_for_end(pid_t pid) {
  int status = 0;
  while (::waitpid(pid, &status, 0) < 0 && errno == EINTR) {
  }
  return status;
}

}  // namespace

Status run_postgres_program(const std::string& name, std::vector<std::string> arguments) {
  int ends[2];
  if (::pipe2(ends, O_CLOEXEC) != 0) return failed(name, std::strerror(errno));
  arguments.insert(arguments.begin(), name);
  std::vector<char*> pointers;
  for (auto& argument : arguments) pointers.push_back(argument.data());
  pointers.push_back(nullptr);
  posix_spawn_file_actions_t files;
  posix_spawn_file_actions_init(&files);
  posix_spawn_file_actions_addopen(&files, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
  posix_spawn_file_actions_addopen(&files, STDOUT_FILENO, "/dev/null", O_WRONLY, 0);
  posix_spawn_file_actions_adddup2(&files, ends[1], STDERR_FILENO);
  pid_t pid = -1;
  const int spawned = ::posix_spawnp(&pid, name.c_str(), &files, nullptr, pointers.data(), environ);
  posix_spawn_file_actions_destroy(&files);
  ::close(ends[1]);
  const std::string said = spawned == 0 ? read_said(ends[0]) : "";
  ::close(ends[0]);
  if (spawned == ENOENT) return failed(name, "is not installed: the package postgresql-client is needed");
  if (spawned != 0) return failed(name, std::strerror(spawned));
  const int status = wait_for_end(pid);
  if (WIFEXITED(status) && WEXITSTATUS(status) == 0) return {};
  return failed(name, said.empty() ? "ended with status " + std::to_string(status) : said);
}

}  // namespace rescue::store
