// Hosts that are no servers of SSH, or not the one that was named.
#include <poll.h>

#include <atomic>

#include "ssh_testing.hpp"

namespace rescue::target {
namespace {

using testing::Folder;
using testing::milliseconds;
using testing::seconds;
using testing::Server;
using testing::steady_clock;

/// Takes one connection and does with it what it was given, in a thread of its own.
class Host {
 public:
  explicit Host(std::function<void(int fd, const std::atomic<bool>& end)> ways)
      : thread_([this, ways = std::move(ways)] {
          pollfd watched{listener_.fd(), POLLIN, 0};
          while (!end_ && ::poll(&watched, 1, 50) == 0) {
          }
          if (end_) return;
          const int fd = ::accept(listener_.fd(), nullptr, nullptr);
          if (fd >= 0) ways(fd, end_);
          ::close(fd);
        }) {}
  ~Host() {
    end_ = true;
    end_.notify_all();
    thread_.join();
  }
  Host(const Host&) = delete;
  Host& operator=(const Host&) = delete;
  int port() const { return listener_.port(); }

 private:
  testing::Listener listener_;
  std::atomic<bool> end_{false};
  std::thread thread_;
};

void say(int fd, std::string_view bytes, const std::atomic<bool>& end) {
  while (!end && ::send(fd, bytes.data(), bytes.size(), MSG_NOSIGNAL) > 0) {
  }
}

class HostileHostTest : public ::testing::Test {
 protected:
  void SetUp() override { options_.patience.key_exchange = seconds(2); }
  Error error_at(int port) {
    seal::Access access;
    access.port = static_cast<std::uint16_t>(port);
    access.address = "127.0.0.1";
    access.user = "root";
    access.host_key = "SHA256:" + std::string(43, 'A');
    access.password = testing::secret("never to be seen");
    return error_of(access);
  }
  Error error_of(const seal::Access& access) {
    const auto begun = steady_clock::now();
    const auto target = SshTarget::connect(testing::copy_of(access), options_);
    took_ = std::chrono::duration_cast<milliseconds>(steady_clock::now() - begun);
    return target ? Error{.problem = "none", .detail = ""} : target.error();
  }
  SshOptions options_ = testing::quick_options();
  milliseconds took_{0};
};

TEST_F(HostileHostTest, NobodyThere) {
  testing::Listener gone;
  gone.close();
  const Error error = error_at(gone.port());
  EXPECT_EQ(error.problem, "target-unreachable");
  EXPECT_EQ(error.detail.find("127.0.0.1"), std::string::npos) << error.detail;
}

TEST_F(HostileHostTest, AcceptsAndStaysSilent) {
  const Host host([](int, const std::atomic<bool>& end) { end.wait(false); });
  const Error error = error_at(host.port());
  EXPECT_EQ(error.problem, "target-silent");
  EXPECT_EQ(error.code, ErrorCode::kTimeout);
  EXPECT_LT(took_, seconds(4));
}

TEST_F(HostileHostTest, SendsGarbageForEver) {
  const Host host([](int fd, const std::atomic<bool>& end) { say(fd, std::string(60'000, '\xa5'), end); });
  EXPECT_EQ(error_at(host.port()).problem, "target-garbage");
  EXPECT_LT(took_, seconds(4));
}

TEST_F(HostileHostTest, SendsLinesForEver) {
  const Host host([](int fd, const std::atomic<bool>& end) { say(fd, "220 mail.example ESMTP\r\n", end); });
  const auto problem = error_at(host.port()).problem;
  EXPECT_TRUE(problem == "target-garbage" || problem == "target-silent") << problem;
  EXPECT_LT(took_, seconds(4));
}

TEST_F(HostileHostTest, GreetsAndThenSendsGarbageForEver) {
  const Host host([](int fd, const std::atomic<bool>& end) {
    const std::string greeting = "SSH-2.0-OpenSSH_9.2\r\n";
    ::send(fd, greeting.data(), greeting.size(), MSG_NOSIGNAL);
    say(fd, std::string(60'000, '\xa5'), end);
  });
  EXPECT_EQ(error_at(host.port()).problem, "target-garbage");
  EXPECT_LT(took_, seconds(4));
}

TEST_F(HostileHostTest, GreetsAndThenSendsPacketsThatSayNothingForEver) {
  const Host host([](int fd, const std::atomic<bool>& end) {
    const std::string greeting = "SSH-2.0-OpenSSH_9.2\r\n";
    ::send(fd, greeting.data(), greeting.size(), MSG_NOSIGNAL);
    // SSH_MSG_IGNORE with an empty string, RFC 4253 section 11.2: length, padding length, 2, 4 zeros,
    // padding.
    const std::string packet("\0\0\0\x0c\x06\x02\0\0\0\0xxxxxx", 16);
    std::string many;
    for (int i = 0; i < 1'000; ++i) many += packet;
    say(fd, many, end);
  });
  const auto problem = error_at(host.port()).problem;
  EXPECT_TRUE(problem == "target-garbage" || problem == "target-silent") << problem;
  EXPECT_LT(took_, seconds(4));
}

TEST_F(HostileHostTest, HangsUpAtOnce) {
  const Host host([](int, const std::atomic<bool>&) {});
  EXPECT_EQ(error_at(host.port()).problem, "target-lost");
}

TEST_F(HostileHostTest, WhoeverIsToldToEndEnds) {
  const Host host([](int, const std::atomic<bool>& end) { end.wait(false); });
  options_.patience.key_exchange = seconds(60);
  options_.interrupted = [until = testing::in(milliseconds(500))] { return steady_clock::now() > until; };
  EXPECT_EQ(error_at(host.port()).problem, "target-interrupted");
  EXPECT_LT(took_, seconds(4));
}

TEST_F(HostileHostTest, ANameIsNotLookedUp) {
  seal::Access access;
  access.address = "server.example";
  access.host_key = "SHA256:" + std::string(43, 'A');
  EXPECT_EQ(error_of(access).problem, "bad-access");
}

TEST_F(HostileHostTest, AnotherHostKeyEndsItBeforeAnythingIsSent) {
  const Folder folder;
  Server server(folder);
  server.start("LogLevel DEBUG1");
  seal::Access access = server.access();
  access.host_key = testing::read_file(folder.path("user.pub"));
  const Error error = error_of(access);
  EXPECT_EQ(error.problem, "host-key-mismatch");
  EXPECT_EQ(error.code, ErrorCode::kForbidden);
  EXPECT_EQ(error.detail.find("127.0.0.1"), std::string::npos) << error.detail;
  EXPECT_NE(error.detail.find(server.fingerprint("host_ed25519.pub")), std::string::npos) << error.detail;
  EXPECT_EQ(testing::read_file(folder.path("sshd.log")).find("userauth-request"), std::string::npos);
}

TEST_F(HostileHostTest, AnotherFingerprintOfAnyKindToo) {
  const Folder folder;
  Server server(folder);
  server.start();
  seal::Access access = server.access();
  access.host_key = "SHA256:" + std::string(42, 'A') + "E";
  const Error error = error_of(access);
  EXPECT_EQ(error.problem, "host-key-mismatch");
  for (const char* name : {"host_ed25519.pub", "host_rsa.pub", "host_ecdsa.pub"}) {
    EXPECT_NE(error.detail.find(server.fingerprint(name)), std::string::npos) << error.detail;
  }
}

TEST_F(HostileHostTest, AKeyThatIsNotKnownThere) {
  const Folder folder, other_folder;
  Server server(folder);
  const Server other(other_folder);
  server.start();
  seal::Access access = server.access();
  access.private_key = testing::secret(testing::read_file(other_folder.path("user")));
  const Error error = error_of(access);
  EXPECT_EQ(error.problem, "login-refused");
  EXPECT_NE(error.detail.find("publickey"), std::string::npos) << error.detail;
}

TEST_F(HostileHostTest, WhatIsNoKeyIsTold) {
  const Folder folder;
  Server server(folder);
  server.start();
  seal::Access access = server.access();
  access.private_key =
      testing::secret("-----BEGIN OPENSSH PRIVATE KEY-----\nnothing\n-----END OPENSSH PRIVATE KEY-----\n");
  EXPECT_EQ(error_of(access).problem, "bad-access");
  access.host_key = "ssh-ed25519 nothing";
  EXPECT_EQ(error_of(access).problem, "bad-access");
}

}  // namespace
}  // namespace rescue::target
