#include "rescue/store/testing/postgres_server.hpp"

#include <fcntl.h>
#include <grp.h>
#include <pwd.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <stdexcept>
#include <thread>

namespace rescue::store::testing {
namespace {

namespace fs = std::filesystem;
constexpr std::chrono::seconds kStartTimeout{60};

/// Debian keeps the programs of each version apart, out of the PATH.
std::string find_programs() {
  std::string newest;
  for (const auto& entry : fs::directory_iterator("/usr/lib/postgresql")) {
    newest = std::max(newest, entry.path().string() + "/bin/");
  }
  if (!fs::exists(newest + "initdb")) throw std::runtime_error("PostgreSQL is not installed");
  return newest;
}

/// PostgreSQL refuses to run as root.
const passwd* other_user() {
  if (::geteuid() != 0) return nullptr;
  const passwd* user = ::getpwnam("postgres");
  if (user == nullptr) throw std::runtime_error("there is no user postgres");
  return user;
}

/// In a child: runs `command` as the user whom PostgreSQL accepts, and ends with its parent.
[[noreturn]] void become(std::vector<std::string> command, pid_t parent) {
  if (const passwd* user = other_user(); user != nullptr) {
    if (::initgroups(user->pw_name, user->pw_gid) != 0 || ::setgid(user->pw_gid) != 0 ||
        ::setuid(user->pw_uid) != 0) {
      ::_exit(127);
    }
  }
  // After setuid(), which forgets it. SIGQUIT: the server's children end too.
  ::prctl(PR_SET_PDEATHSIG, SIGQUIT);
  // A service's process blocks SIGTERM, and children inherit that.
  sigset_t none;
  sigemptyset(&none);
  ::sigprocmask(SIG_SETMASK, &none, nullptr);
  if (::getppid() != parent || ::chdir("/") != 0) ::_exit(127);
  std::vector<char*> arguments;
  for (auto& word : command) arguments.push_back(word.data());
  arguments.push_back(nullptr);
  ::execv(arguments[0], arguments.data());
  ::_exit(127);
}

/// Runs `command` to its end. Its output, without the end of the last line.
std::string output_of(const std::vector<std::string>& command) {
  int ends[2];
  if (::pipe2(ends, O_CLOEXEC) != 0) throw std::runtime_error("cannot make a pipe");
  const pid_t parent = ::getpid();
  const pid_t pid = ::fork();
  if (pid == 0) {
    ::dup2(ends[1], STDOUT_FILENO);
    ::dup2(ends[1], STDERR_FILENO);
    become(command, parent);
  }
  ::close(ends[1]);
  std::string out;
  char buffer[4'096];
  for (ssize_t got = 0; (got = ::read(ends[0], buffer, sizeof buffer)) > 0;) {
    out.append(buffer, static_cast<std::size_t>(got));
  }
  ::close(ends[0]);
  int status = 0;
  ::waitpid(pid, &status, 0);
  if (!WIFEXITED(status) || WEXITSTATUS(status) != 0) throw std::runtime_error(command[0] + ": " + out);
  if (out.ends_with('\n')) out.pop_back();
  return out;
}

/// To the server and its children, which are in groups of their own.
void signal_all(pid_t pid, int number) {
  const std::string text = std::to_string(pid);
  std::ifstream children("/proc/" + text + "/task/" + text + "/children");
  ::kill(pid, number);
  for (pid_t child = 0; children >> child;) ::kill(child, number);
}

}  // namespace

PostgresServer::PostgresServer() : programs_(find_programs()) {
  std::string directory = fs::temp_directory_path() / "rescue-postgres-XXXXXX";
  if (::mkdtemp(directory.data()) == nullptr) throw std::runtime_error("cannot make " + directory);
  directory_ = directory;
  const passwd* user = other_user();
  if (user != nullptr && ::chown(directory_.c_str(), user->pw_uid, user->pw_gid) != 0) {
    throw std::runtime_error("cannot give away " + directory_);
  }
  // The rest of the machine's users cannot get at it: they do not get into the directory.
  output_of({programs_ + "initdb", "-D", directory_ + "/data", "-U", "rescue", "-A", "trust", "-E", "UTF8",
             "--no-locale", "--no-sync"});
  start();
}

PostgresServer::~PostgresServer() {
  stop();
  std::error_code ignored;
  fs::remove_all(directory_, ignored);
}

PostgresServer& PostgresServer::shared() {
  static PostgresServer server;
  return server;
}

std::string PostgresServer::new_database() {
  const std::string name = "test_" + std::to_string(++databases_);
  psql("postgres", "CREATE DATABASE " + name);
  return "postgresql://rescue@/" + name + "?host=" + directory_;
}

std::string PostgresServer::psql(const std::string& database, const std::string& sql) const {
  return output_of({programs_ + "psql", "-h", directory_, "-U", "rescue", "-d", database, "-qAtX", "-v",
                    "ON_ERROR_STOP=1", "-c", sql});
}

void PostgresServer::start() {
  if (pid_ > 0) return;
  const pid_t parent = ::getpid();
  pid_ = ::fork();
  if (pid_ == 0) {
    const int log = ::open((directory_ + "/log").c_str(), O_WRONLY | O_CREAT | O_APPEND, 0600);
    ::dup2(log, STDERR_FILENO);
    // What it must not lose are answers, not the machine's power.
    become({programs_ + "postgres", "-D", directory_ + "/data", "-k", directory_, "-c",
            "listen_addresses=", "-c", "fsync=off", "-c", "max_connections=200"},
           parent);
  }
  if (pid_ < 0) throw std::runtime_error("cannot start PostgreSQL");
  const auto deadline = std::chrono::steady_clock::now() + kStartTimeout;
  while (true) {
    try {
      psql("postgres", "SELECT 1");
      return;
    } catch (const std::runtime_error&) {
      if (std::chrono::steady_clock::now() > deadline) throw;
      std::this_thread::sleep_for(std::chrono::milliseconds(20));
    }
  }
}

void PostgresServer::stop() {
  if (pid_ < 0) return;
  ::kill(pid_, SIGCONT);
  ::kill(pid_, SIGINT);
  int status = 0;
  ::waitpid(pid_, &status, 0);
  pid_ = -1;
}

void PostgresServer::pause() const {
  signal_all(pid_, SIGSTOP);
}

void PostgresServer::resume() const {
  signal_all(pid_, SIGCONT);
}

}  // namespace rescue::store::testing
