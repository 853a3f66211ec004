#pragma once

#include <arpa/inet.h>
#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <filesystem>
#include <fstream>
#include <functional>
#include <iterator>
#include <thread>

#include "rescue/base/id.hpp"
#include "rescue/target/ssh_target.hpp"

/// What the tests of this library share.
namespace rescue::target::testing {

using std::chrono::milliseconds;
using std::chrono::seconds;
using std::chrono::steady_clock;

inline SteadyTime in(milliseconds time) {
  return steady_clock::now() + time;
}

inline std::string read_file(const std::string& path) {
  std::ifstream file(path);
  return {std::istreambuf_iterator<char>(file), {}};
}

inline seal::Secret secret(std::string_view text) {
  return seal::Secret::copy_of(text);
}
inline seal::Access copy_of(const seal::Access& access) {
  seal::Access out;
  out.address = access.address;
  out.port = access.port;
  out.user = access.user;
  out.host_key = access.host_key;
  out.private_key = secret(access.private_key.view());
  out.password = secret(access.password.view());
  out.sudo = access.sudo;
  out.sudo_password = secret(access.sudo_password.view());
  return out;
}

/// A directory that goes with the object.
class Folder {
 public:
  explicit Folder(const std::filesystem::path& where = std::filesystem::temp_directory_path())
      : path_(where / ("rescue-target-" + random_hex(8))) {
    std::filesystem::create_directories(path_);
  }
  ~Folder() {
    // A session that outlives its server may still write a line of the log into it.
    constexpr int kMostTries = 1'000;
    std::error_code error;
    for (int tries = 0; tries < kMostTries; ++tries) {
      std::filesystem::remove_all(path_, error);
      if (!error) return;
    }
  }
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;
  std::string path(const std::string& name = "") const { return name.empty() ? path_ : path_ / name; }
  std::string write(const std::string& name, const std::string& content, mode_t mode = 0600) const {
    std::ofstream(path_ / name) << content;
    ::chmod(path(name).c_str(), mode);
    return path(name);
  }
  std::string program(const std::string& lines) const {
    return write("program-" + random_hex(4), "#!/bin/sh\n" + lines + "\n", 0755);
  }

 private:
  std::filesystem::path path_;
};

/// The process is gone, or only waits to be reaped.
inline bool is_over(pid_t pid) {
  const std::string stat = read_file("/proc/" + std::to_string(pid) + "/stat");
  const auto name_end = stat.rfind(')');
  return name_end == std::string::npos || stat.substr(name_end + 2, 1) == "Z";
}

inline bool wait_until(const std::function<bool()>& true_by_then, milliseconds patience = seconds(20)) {
  for (const auto deadline = in(patience); steady_clock::now() < deadline;
       std::this_thread::sleep_for(milliseconds(10))) {
    if (true_by_then()) return true;
  }
  return true_by_then();
}

/// A listening socket on loopback.
class Listener {
 public:
  Listener() : fd_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    if (::bind(fd_, reinterpret_cast<sockaddr*>(&address), size) != 0 || ::listen(fd_, 8) != 0 ||
        ::getsockname(fd_, reinterpret_cast<sockaddr*>(&address), &size) != 0) {
      ADD_FAILURE() << "no socket to listen on";
    }
    port_ = ntohs(address.sin_port);
  }
  ~Listener() { close(); }
  Listener(const Listener&) = delete;
  Listener& operator=(const Listener&) = delete;
  int port() const { return port_; }
  int fd() const { return fd_; }
  void close() {
    if (fd_ >= 0) ::close(std::exchange(fd_, -1));
  }

 private:
  int fd_;
  int port_ = 0;
};

inline bool answers(int port) {
  const int fd = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  address.sin_port = htons(static_cast<std::uint16_t>(port));
  const bool there = ::connect(fd, reinterpret_cast<sockaddr*>(&address), sizeof address) == 0;
  ::close(fd);
  return there;
}

/// A server of SSH on a port of loopback, with keys of its own, that ends with the object. It lets in whoever
/// runs the test.
class Server {
 public:
  explicit Server(const Folder& folder) : folder_(&folder) {
    for (const char* type : {"ed25519", "rsa", "ecdsa"}) make_key(std::string("host_") + type, type);
    make_key("user", "ed25519");
    std::filesystem::copy_file(folder.path("user.pub"), folder.path("authorized_keys"));
  }
  ~Server() { stop(); }
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;

  /// OpenSSH, with more lines of configuration. `before` runs in its process before it does.
  void start(
      const std::string& more = "", const std::function<void()>& before = [] {}) {
    std::filesystem::create_directories("/run/sshd");
    std::string config = "ListenAddress 127.0.0.1\nPort " + std::to_string(port()) +
                         "\nPidFile none\nStrictModes no\n" + more + "\nUsePAM no\nAuthorizedKeysFile " +
                         folder_->path("authorized_keys") + "\nPermitRootLogin yes\n";
    for (const char* type : {"ed25519", "rsa", "ecdsa"})
      config += "HostKey " + folder_->path(std::string("host_") + type) + "\n";
    folder_->write("sshd_config", config);
    run({"/usr/sbin/sshd", "-D", "-E", folder_->path("sshd.log"), "-f", folder_->path("sshd_config")},
        before);
  }
  /// Dropbear, an old and small one; the keys of whoever runs the test lie in a home of its own.
  void start_dropbear() {
    command("dropbearkey -t ed25519 -f " + folder_->path("dropbear_key") + " > " +
            folder_->path("dropbear.pub"));
    std::filesystem::create_directories(folder_->path("home/.ssh"));
    std::filesystem::copy_file(folder_->path("user.pub"), folder_->path("home/.ssh/authorized_keys"));
    folder_->write("passwd", "root:x:0:0:root:" + folder_->path("home") + ":/bin/sh\n", 0644);
    run({"/usr/sbin/dropbear", "-F", "-E", "-s", "-r", folder_->path("dropbear_key"), "-P",
         folder_->path("dropbear.pid"), "-p", "127.0.0.1:" + std::to_string(port())},
        [this] { over("/etc/passwd", "passwd"); });
  }
  void stop() {
    if (pid_ <= 0) return;
    ::kill(pid_, SIGKILL);
    ::waitpid(std::exchange(pid_, -1), nullptr, 0);
  }

  int port() {
    if (port_ == 0) port_ = Listener().port();
    return port_;
  }
  seal::Access access() {
    seal::Access out;
    out.address = "127.0.0.1";
    out.port = static_cast<std::uint16_t>(port());
    out.user = "root";
    out.host_key = read_file(folder_->path("host_ed25519.pub"));
    out.private_key = secret(read_file(folder_->path("user")));
    return out;
  }
  std::string fingerprint(const std::string& name) const {
    command("ssh-keygen -l -E sha256 -f " + folder_->path(name) + " | cut -d' ' -f2 > " +
            folder_->path("fingerprint"));
    std::string text = read_file(folder_->path("fingerprint"));
    text.pop_back();
    return text;
  }
  /// The processes that serve one connection each.
  std::vector<pid_t> sessions() const {
    std::ifstream children("/proc/" + std::to_string(pid_) + "/task/" + std::to_string(pid_) + "/children");
    return {std::istream_iterator<pid_t>(children), {}};
  }

  /// In the server's process: a file of the folder in place of one of this machine's, for it alone.
  void over(const std::string& place, const std::string& name) const {
    if (::mount(folder_->path(name).c_str(), place.c_str(), nullptr, MS_BIND, nullptr) != 0) ::_exit(9);
  }
  /// The same: an empty disk of that size.
  static void disk_at(const std::string& place, const std::string& size, unsigned long flags = 0) {
    if (::mount("tmpfs", place.c_str(), "tmpfs", flags, ("mode=1777,size=" + size).c_str()) != 0) ::_exit(9);
    if (place == "/run") std::filesystem::create_directory("/run/sshd");  // sshd wants it
  }

 private:
  static void command(const std::string& line) {
    if (std::system(line.c_str()) != 0) ADD_FAILURE() << line;  // NOLINT(cert-env33-c): our own words
  }
  void make_key(const std::string& name, const std::string& type) const {
    command("ssh-keygen -q -N '' " + std::string(type == "rsa" ? "-b 2048 " : "") + "-t " + type + " -f " +
            folder_->path(name));
  }
  void run(std::vector<std::string> words, const std::function<void()>& before) {
    std::vector<char*> argv;
    for (std::string& word : words) argv.push_back(word.data());
    argv.push_back(nullptr);
    pid_ = ::fork();
    if (pid_ == 0) {
      ::prctl(PR_SET_PDEATHSIG, SIGKILL);
      if (::geteuid() == 0) {
        if (::unshare(CLONE_NEWNS) != 0 || ::mount(nullptr, "/", nullptr, MS_REC | MS_PRIVATE, nullptr) != 0)
          ::_exit(9);
      }
      before();
      const int log =
          ::open(folder_->path("server.log").c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
      ::dup2(log, 1);
      ::dup2(log, 2);
      ::execv(argv[0], argv.data());
      ::_exit(9);
    }
    if (!wait_until([this] { return answers(port_); }))
      ADD_FAILURE() << read_file(folder_->path("server.log"));
  }

  const Folder* folder_;
  pid_t pid_ = -1;
  int port_ = 0;
};

/// Short ones: what hangs in a test hangs for ever.
inline SshOptions quick_options() {
  SshOptions out;
  out.patience = {.connect = seconds(5),
                  .key_exchange = seconds(10),
                  .log_in = seconds(10),
                  .answer = seconds(10),
                  .upload = seconds(60),
                  .silence = seconds(20)};
  return out;
}

/// All that a program says until it ends.
inline Heard hear_all(Running& running, milliseconds patience = seconds(30)) {
  Heard all;
  for (const auto until = in(patience); !all.ending && steady_clock::now() < until;) {
    auto heard = running.hear(until);
    if (!heard) {
      ADD_FAILURE() << heard.error().problem << ": " << heard.error().detail;
      return all;
    }
    all.out += heard->out;
    all.messages += heard->messages;
    all.ending = heard->ending;
  }
  return all;
}

}  // namespace rescue::target::testing
