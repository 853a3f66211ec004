// Who is told, ended and seen among a server's processes.
#include "processes.hpp"

#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>

#include "recovery_testing.hpp"

namespace rescue::recovery {
namespace {

/// A process of this machine, told of as the server's.
class Daemon {
 public:
  Daemon() : pid_(::fork()) {
    if (pid_ > 0) return;
    while (true) ::pause();
  }
  ~Daemon() {
    if (pid_ <= 0) return;
    ::kill(pid_, SIGKILL);
    ::waitpid(pid_, nullptr, 0);
  }
  Daemon(const Daemon&) = delete;
  Daemon& operator=(const Daemon&) = delete;
  /// It listens by the socket 4711.
  void show(const testing::TestServer& server, const std::string& name, const std::string& program) const {
    const auto folder = "/proc/" + std::to_string(pid_);
    server.write(folder + "/comm", name + "\n");
    server.write(folder + "/fd/x", "");
    std::filesystem::create_symlink(program, server.path(folder + "/exe"));
    std::filesystem::create_symlink("socket:[4711]", server.path(folder + "/fd/3"));
    server.write("/proc/net/tcp",
                 "  sl  local_address rem_address   st\n   0: 00000000:09DD 00000000:0000 0A "
                 "00000000:00000000 00:00000000 00000000     0        0 4711 1 0 100 0 0 10 0\n");
  }
  /// The signal that ended it.
  int ended_by() {
    int status = 0;
    ::waitpid(std::exchange(pid_, -1), &status, 0);
    return WTERMSIG(status);
  }
  pid_t pid() const { return pid_; }

 private:
  pid_t pid_;
};

TEST(Processes, R13_EximsDaemonIsFoundWhereverItsPidFileLies) {
  const testing::TestServer server;
  Daemon exim;
  exim.show(server, "exim4", "/usr/sbin/exim4");
  const auto told = reload_exim(server.files());
  ASSERT_TRUE(told);
  EXPECT_EQ(*told, Json({{{"pid", exim.pid()}, {"name", "exim4"}}}));
  EXPECT_EQ(exim.ended_by(), SIGHUP);
}

TEST(Processes, R13_ADaemonThatCannotBeToldIsAFailure) {
  const testing::TestServer server;
  const Daemon other;
  other.show(server, "exim", "/tmp/exim");
  EXPECT_FALSE(reload_exim(server.files())) << "it goes on with its old settings";
  const testing::TestServer none;
  EXPECT_TRUE(reload_exim(none.files())->empty());
}

TEST(Processes, WhatListensIsRead) {
  const testing::TestServer server;
  const Daemon one;
  one.show(server, "x", "/x");
  const auto listening = listening_sockets(server.files());
  ASSERT_EQ(listening.size(), 1U);
  EXPECT_EQ(listening[0].address, "0.0.0.0");
  EXPECT_EQ(listening[0].port, 2525);
  EXPECT_EQ(listening[0].inode, 4711U);
}

TEST(Processes, WhoLoggedInIsAmongThoseAboveUs) {
  const testing::TestServer server;
  const auto own = "/proc/" + std::to_string(::getpid());
  server.write(own + "/loginuid", "1001");
  server.write(own + "/status", "Name:\tx\nPPid:\t7\n");
  server.write("/proc/7/status", "Name:\tsh\nPPid:\t1\n");
  server.give_to(1002, "/proc/7");
  const auto users = users_above(server.files());
  EXPECT_TRUE(users.contains(1001));
  EXPECT_EQ(users.contains(1002), ::geteuid() == 0);
  server.write(own + "/loginuid", "4294967295");
  EXPECT_FALSE(users_above(server.files()).contains(1001)) << "nobody logged in";
}

/// A process of ours that stands for one of the server's, with a socket.
pid_t stand_in(const testing::TestServer& server, const std::string& name, int inode) {
  const pid_t child = ::fork();
  if (child == 0) {
    ::alarm(60);
    ::pause();
    ::_exit(0);
  }
  const auto folder = "/proc/" + std::to_string(child);
  server.write(folder + "/comm", name + "\n");
  server.write(folder + "/fd/x", "");
  std::filesystem::create_symlink("socket:[" + std::to_string(inode) + "]", server.path(folder + "/fd/3"));
  return child;
}

TEST(Processes, R13_SessionsThatCameInFromAnywhereOutsideEndAndNoDeliveryDoes) {
  const testing::TestServer server;
  server.write(
      "/proc/net/tcp",
      "  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode\n"
      "   0: 00000000:0019 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 70 1\n"
      "   1: 010200C0:0019 4D7100CB:A001 01 00000000:00000000 00:00000000 00000000     0        0 71 1\n"
      "   2: 0100007F:0019 0100007F:A002 01 00000000:00000000 00:00000000 00000000     0        0 72 1\n"
      "   3: 010200C0:A003 4D7100CB:0019 01 00000000:00000000 00:00000000 00000000     0        0 73 1\n");
  const auto outside = stand_in(server, "smtpd", 71), local = stand_in(server, "smtpd", 72),
             delivery = stand_in(server, "exim4", 73), web = stand_in(server, "apache2", 71);
  EXPECT_FALSE(end_smtp_connections(server.files()))
      << "no process ends, and the kernel knows no such connection";
  const auto told = end_processes(server.files(), {.why = "they end", .ends = "smtp-sessions"});
  EXPECT_EQ(told, Json::array({{{"pid", outside}, {"name", "smtpd"}}}));
  for (const auto child : {outside, local, delivery, web}) {
    ::kill(child, SIGTERM);
    int status = 0;
    ::waitpid(child, &status, 0);
    EXPECT_EQ(WTERMSIG(status), child == outside ? SIGKILL : SIGTERM);
  }
}

}  // namespace
}  // namespace rescue::recovery
