#include "rescue/target/ssh_target.hpp"

#include "ssh_testing.hpp"

namespace rescue::target {
namespace {

using testing::Folder;
using testing::hear_all;
using testing::in;
using testing::is_over;
using testing::seconds;
using testing::Server;

constexpr const char* kPlaces[] = {"/tmp", "/var/tmp", "/dev/shm", "/run", "/root"};

class SshTargetTest : public ::testing::Test {
 protected:
  void SetUp() override {
    if (::geteuid() != 0) GTEST_SKIP() << "needs root: the server runs in a mount namespace of its own";
  }
  Result<std::unique_ptr<SshTarget>> connect() {
    return SshTarget::connect(testing::copy_of(access_), options_);
  }
  /// What a program says there that has no more to say than this.
  Result<std::string> out_of(const std::string& lines) {
    RESCUE_ASSIGN(const auto target, connect());
    RESCUE_ASSIGN(const auto running, target->start({.program = folder_.program(lines), .job = "job_1"}));
    return hear_all(*running).out;
  }
  void start(
      const std::string& more = "", const std::function<void()>& before = [] {}) {
    server_.start(more, before);
    access_ = server_.access();
  }
  static std::string problem(const Result<std::string>& result) {
    return result ? "none: " + *result : result.error().problem + ": " + result.error().detail;
  }
  /// Ours that lie in any of the places; in the name space of the test.
  static std::size_t left_over() {
    std::size_t count = 0;
    for (const char* place : kPlaces) {
      for (const auto& entry : std::filesystem::directory_iterator(place)) {
        if (entry.path().filename().string().starts_with(".rescue-")) ++count;
      }
    }
    return count;
  }

  Folder folder_{"/var/lib"};
  Server server_{folder_};
  seal::Access access_;
  SshOptions options_ = testing::quick_options();
};

TEST_F(SshTargetTest, AFingerprintOfAnyOfTheServersKeysWillDo) {
  start();
  for (const char* name : {"host_ed25519.pub", "host_rsa.pub", "host_ecdsa.pub"}) {
    access_.host_key = server_.fingerprint(name);
    EXPECT_EQ(out_of("echo in").value_or("out"), "in\n") << name;
    access_.host_key = testing::read_file(folder_.path(name));
    EXPECT_EQ(out_of("echo in").value_or("out"), "in\n") << name;
  }
}

TEST_F(SshTargetTest, NothingOfUsIsOnTheDiskWhileTheProgramRunsNorAfter) {
  start();
  EXPECT_EQ(out_of("ls -d /dev/shm/.rescue-* /tmp/.rescue-* 2>/dev/null; echo end").value_or("out"), "end\n");
  EXPECT_EQ(left_over(), 0U);
}

TEST_F(SshTargetTest, NoDescriptorIsLeftOpen) {
  start();
  const auto open_now = [] {
    return std::distance(std::filesystem::directory_iterator("/proc/self/fd"),
                         std::filesystem::directory_iterator());
  };
  ASSERT_TRUE(out_of("true"));
  const auto before = open_now();
  ASSERT_TRUE(out_of("true"));
  access_.host_key = "SHA256:" + std::string(43, 'A');
  ASSERT_FALSE(connect());
  EXPECT_EQ(open_now(), before);
}

TEST_F(SshTargetTest, DropbearWillDo) {
  server_.start_dropbear();
  access_ = server_.access();
  access_.host_key = testing::read_file(folder_.path("dropbear.pub"));
  access_.host_key = access_.host_key.substr(access_.host_key.find("ssh-ed25519"));
  EXPECT_EQ(problem(out_of("cat; echo in")), "none: in\n");
}

TEST_F(SshTargetTest, WhereTheFirstPlacesRunNothingAnotherOneIsTaken) {
  start("", [] {
    Server::disk_at("/dev/shm", "8m", MS_NOEXEC);
    Server::disk_at("/run", "8m", MS_NOEXEC);
  });
  EXPECT_EQ(problem(out_of("echo ran")), "none: ran\n");
}

TEST_F(SshTargetTest, WhereNoPlaceRunsAnythingThatIsTold) {
  start("", [] {
    for (const char* place : kPlaces) Server::disk_at(place, "8m", MS_NOEXEC);
  });
  const auto said = problem(out_of("echo ran"));
  EXPECT_TRUE(said.starts_with("target-no-place")) << said;
}

// As where root comes by sudo and $HOME is still the one of who logged in.
TEST_F(SshTargetTest, AFolderWhoseOwnerCouldChangeWhatRunsIsNoPlace) {
  start("", [] {
    for (const char* place : kPlaces) Server::disk_at(place, "8m", MS_NOEXEC);
    if (::umount("/root") != 0) ::_exit(9);
    Server::disk_at("/root", "8m");
    if (::chmod("/root", 01755) != 0 || ::chown("/root", 4'321, 4'321) != 0) ::_exit(9);
  });
  const auto said = problem(out_of("echo ran"));
  EXPECT_TRUE(said.starts_with("target-no-place")) << said;
}

TEST_F(SshTargetTest, TheServersOwnProgramsComeBeforeThoseOfAPathThatItSets) {
  const std::string mark = folder_.path("mark");
  for (const char* name : {"df", "sha256sum", "sleep"})
    folder_.write(name, "#!/bin/sh\n: > " + mark + "\nexit 1\n", 0755);
  start("SetEnv PATH=" + folder_.path() + ":/usr/bin:/bin");
  EXPECT_EQ(problem(out_of("echo ran")), "none: ran\n");
  EXPECT_FALSE(std::filesystem::exists(mark));
}

TEST_F(SshTargetTest, WhereEveryDiskIsFullThatIsTold) {
  start("", [] {
    for (const char* place : kPlaces) Server::disk_at(place, "64k");
  });
  const auto said = problem(out_of("echo ran"));
  EXPECT_TRUE(said.starts_with("target-no-room")) << said;
}

TEST_F(SshTargetTest, WhereTheDiskIsNearlyFullTheProgramStaysInMemory) {
  start("", [] {
    for (const char* place : kPlaces) Server::disk_at(place, "1m");
  });
  const std::string padding = "\n: '" + std::string(2'000'000, 'x') + "'\n";
  EXPECT_EQ(problem(out_of("echo ran; exit 0" + padding)), "none: ran\n");
}

TEST_F(SshTargetTest, AReadOnlyRootLeavesTheMemoryDisks) {
  const std::string folder = folder_.path();
  start("", [folder] {
    constexpr unsigned long kReadOnly = MS_REMOUNT | MS_BIND | MS_RDONLY;
    if (::mount(folder.c_str(), folder.c_str(), nullptr, MS_BIND, nullptr) != 0) ::_exit(9);
    Server::disk_at("/dev/shm", "16m");
    for (const char* place : {"/tmp", "/var/tmp", "/run"}) {
      if (::mount(place, place, nullptr, MS_BIND, nullptr) != 0 ||
          ::mount(nullptr, place, nullptr, kReadOnly, nullptr) != 0)
        ::_exit(9);
    }
  });
  EXPECT_EQ(problem(out_of("echo ran")), "none: ran\n");
}

TEST_F(SshTargetTest, WithoutAProgramForDigestsItIsReadBack) {
  folder_.write("nothing", "");
  start("", [this] {
    server_.over("/usr/bin/sha256sum", "nothing");
    server_.over("/usr/bin/openssl", "nothing");
  });
  EXPECT_EQ(problem(out_of("echo ran")), "none: ran\n");
}

TEST_F(SshTargetTest, WhatArrivesDamagedDoesNotRun) {
  folder_.write("sha256sum",
                "#!/bin/sh\necho e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855 $1\n",
                0755);
  start("", [this] { server_.over("/usr/bin/sha256sum", "sha256sum"); });
  const auto said = problem(out_of("echo ran"));
  EXPECT_TRUE(said.starts_with("program-damaged")) << said;
  EXPECT_TRUE(testing::wait_until([] { return left_over() == 0; }));
}

TEST_F(SshTargetTest, WhatEarlierRunsLeftIsRemoved) {
  start();
  for (const char* name : {"/tmp/.rescue-job1-0011", "/var/tmp/.rescue-job2-0011"}) {
    std::filesystem::create_directories(name);
    std::ofstream(std::string(name) + "/pid") << "999999999\n";
    std::ofstream(std::string(name) + "/keeper") << "half of it";
  }
  EXPECT_EQ(problem(out_of("echo ran")), "none: ran\n");
  EXPECT_EQ(left_over(), 0U);
}

TEST_F(SshTargetTest, WhatAShellSaysFirstIsPassedOver) {
  folder_.write(".bashrc", "echo Welcome; echo to this server\n");
  folder_.write("passwd",
                "root:x:0:0:root:" + folder_.path() + ":/bin/bash\nsshd:x:100:65534::/run/sshd:/bin/false\n",
                0644);
  start("", [this] { server_.over("/etc/passwd", "passwd"); });
  EXPECT_EQ(problem(out_of("echo ran")), "none: ran\n");
}

TEST_F(SshTargetTest, AnAccountWithoutAShellIsTold) {
  folder_.write("passwd", "root:x:0:0:root:/root:/usr/sbin/nologin\nsshd:x:100:65534::/run/sshd:/bin/false\n",
                0644);
  start("", [this] { server_.over("/etc/passwd", "passwd"); });
  const auto said = problem(out_of("echo ran"));
  EXPECT_TRUE(said.starts_with("login-refused")) << said;
}

TEST_F(SshTargetTest, AServerThatRunsItsOwnCommandForEveryoneIsTold) {
  start("ForceCommand echo This account is for backups");
  const auto said = problem(out_of("echo ran"));
  EXPECT_TRUE(said.starts_with("login-refused")) << said;
}

TEST_F(SshTargetTest, AConnectionThatEndsIsToldAndTheProgramIsGone) {
  start();
  const auto target = connect().value();
  const auto running = target->start({.program = folder_.program("echo $$; exec sleep 1000")}).value();
  const pid_t program = std::stoi(running->hear(in(seconds(10))).value().out);
  for (const pid_t session : server_.sessions()) ::kill(session, SIGKILL);
  const auto heard = running->hear(in(seconds(20)));
  ASSERT_FALSE(heard);
  EXPECT_EQ(heard.error().problem, "target-lost");
  EXPECT_EQ(heard.error().code, ErrorCode::kUnavailable);
  EXPECT_TRUE(testing::wait_until([&] { return is_over(program); }));
}

TEST_F(SshTargetTest, ALineThatFallsSilentIsToldOnBothSides) {
  start();
  options_.patience.silence = seconds(3);
  const auto target = connect().value();
  const auto running = target->start({.program = folder_.program("echo $$; exec sleep 1000")}).value();
  const pid_t program = std::stoi(running->hear(in(seconds(10))).value().out);
  for (const pid_t session : server_.sessions()) ::kill(session, SIGSTOP);
  const auto heard = running->hear(in(seconds(20)));
  ASSERT_FALSE(heard);
  EXPECT_EQ(heard.error().problem, "target-silent");
  EXPECT_TRUE(testing::wait_until([&] { return is_over(program); })) << "its keeper heard nothing either";
  for (const pid_t session : server_.sessions()) ::kill(session, SIGKILL);
}

TEST_F(SshTargetTest, WhoeverIsToldToEndEndsAndNothingRunsOn) {
  start();
  bool end = false;
  options_.interrupted = [&end] { return end; };
  const auto target = connect().value();
  auto running = target->start({.program = folder_.program("echo $$; exec sleep 1000")}).value();
  const pid_t program = std::stoi(running->hear(in(seconds(10))).value().out);
  end = true;
  EXPECT_EQ(running->hear(in(seconds(20))).error().problem, "target-interrupted");
  running.reset();
  EXPECT_TRUE(is_over(program));
}

TEST_F(SshTargetTest, OneConnectionRunsOneProgramAfterTheOther) {
  start("MaxSessions 1");
  const auto target = connect().value();
  for (const std::string word : {"one", "two"}) {
    const auto running = target->start({.program = folder_.program("echo " + word)});
    ASSERT_TRUE(running) << running.error().detail;
    EXPECT_EQ(hear_all(**running).out, word + "\n");
  }
}

/// A server with an account of its own, "guest", whose password is "open sesame".
class SshAccountTest : public SshTargetTest {
 protected:
  void SetUp() override {
    SshTargetTest::SetUp();
    // crypt(3) of "open sesame", SHA-512.
    constexpr const char* kHash =
        "$6$rescuetest$BnaY3ZTxGkCQYntO3qLI0LADLE9L7duiK6Z.JgtcO60xqT/"
        "5hzqWbYczjYCVOTxjmfZSUXVmtSSVwjk1cu.0z/";
    std::filesystem::create_directories(folder_.path("home"));
    ::chmod(folder_.path().c_str(), 0755);
    if (::chown(folder_.path("home").c_str(), 4'711, 4'711) != 0) ADD_FAILURE();
    folder_.write(
        "passwd",
        "root:x:0:0:root:/root:/bin/sh\nsshd:x:100:65534::/run/sshd:/bin/false\nguest:x:4711:4711::" +
            folder_.path("home") + ":/bin/sh\n",
        0644);
    folder_.write("group", "root:x:0:\nguest:x:4711:\n", 0644);
    folder_.write("shadow",
                  std::string("root:*:19000:0:99999:7:::\nguest:") + kHash + ":19000:0:99999:7:::\n");
    folder_.write(
        "pam", "auth required pam_unix.so\naccount required pam_unix.so\nsession required pam_permit.so\n");
  }
  void begin(const std::string& more, const std::string& sudoers) {
    folder_.write("sudoers", "Defaults !lecture, !use_pty\n" + sudoers + "\n", 0440);
    start(more, [this] {
      for (const char* name : {"passwd", "group", "shadow"}) server_.over(std::string("/etc/") + name, name);
      server_.over("/etc/pam.d/sshd", "pam");
      if (std::filesystem::exists("/etc/sudoers")) {
        server_.over("/etc/sudoers", "sudoers");
        server_.over("/etc/pam.d/sudo", "pam");
      }
    });
    access_.user = "guest";
    access_.private_key = {};
    access_.password = testing::secret("open sesame");
  }
  static bool sudo_is_there() { return std::filesystem::exists("/usr/bin/sudo"); }
};

TEST_F(SshAccountTest, APasswordLetsIn) {
  begin("PasswordAuthentication yes\nKbdInteractiveAuthentication no", "");
  EXPECT_EQ(problem(out_of("id -un")), "none: guest\n");
}

TEST_F(SshAccountTest, AWrongPasswordIsTold) {
  begin("PasswordAuthentication yes\nKbdInteractiveAuthentication no", "");
  access_.password = testing::secret("closed");
  const auto target = connect();
  ASSERT_FALSE(target);
  EXPECT_EQ(target.error().problem, "login-refused");
  EXPECT_EQ(target.error().detail.find("closed"), std::string::npos) << "no secret in texts";
  EXPECT_EQ(target.error().detail.find("guest"), std::string::npos) << "it was sealed as well";
}

TEST_F(SshAccountTest, APasswordThatIsAskedForLetsIn) {
  begin("UsePAM yes\nPasswordAuthentication no\nKbdInteractiveAuthentication yes", "");
  EXPECT_EQ(problem(out_of("id -un")), "none: guest\n");
  access_.password = testing::secret("closed");
  EXPECT_TRUE(problem(out_of("id -un")).starts_with("login-refused"));
}

TEST_F(SshAccountTest, SudoWithoutAPassword) {
  if (!sudo_is_there()) GTEST_SKIP() << "sudo is not installed";
  begin("PasswordAuthentication yes", "guest ALL=(ALL) NOPASSWD: ALL");
  access_.sudo = seal::Sudo::kWithoutPassword;
  EXPECT_EQ(problem(out_of("id -un")), "none: root\n");
  // One that would have asked is told nothing: it gets no password where it wants none.
  access_.sudo = seal::Sudo::kWithPassword;
  access_.sudo_password = testing::secret("rm -rf would be a bad password to run");
  EXPECT_EQ(problem(out_of("id -un")), "none: root\n");
}

TEST_F(SshAccountTest, SudoWithAPassword) {
  if (!sudo_is_there()) GTEST_SKIP() << "sudo is not installed";
  begin("PasswordAuthentication yes", "guest ALL=(ALL) ALL");
  access_.sudo = seal::Sudo::kWithPassword;
  access_.sudo_password = testing::secret("open sesame");
  EXPECT_EQ(problem(out_of("id -un; tr '\\0' ' ' < /proc/$PPID/cmdline | grep -c sesame")),
            "none: root\n0\n");
  access_.sudo_password = testing::secret("closed");
  EXPECT_TRUE(problem(out_of("id -un")).starts_with("sudo-refused")) << problem(out_of("id -un"));
  access_.sudo = seal::Sudo::kWithoutPassword;
  EXPECT_TRUE(problem(out_of("id -un")).starts_with("sudo-refused"));
}

TEST_F(SshAccountTest, WhoWasToldAPasswordIsNotQuoted) {
  begin("PasswordAuthentication yes\nForceCommand echo told: swordfish >&2; exit 1", "");
  const auto said = problem(out_of("id -un"));
  EXPECT_TRUE(said.starts_with("login-refused")) << said;
  EXPECT_EQ(said.find("swordfish"), std::string::npos) << said;
}

TEST_F(SshAccountTest, SudoThatWantsATerminalIsTold) {
  if (!sudo_is_there()) GTEST_SKIP() << "sudo is not installed";
  begin("PasswordAuthentication yes", "Defaults requiretty\nguest ALL=(ALL) NOPASSWD: ALL");
  access_.sudo = seal::Sudo::kWithoutPassword;
  const auto said = problem(out_of("id -un"));
  EXPECT_TRUE(said.starts_with("sudo-refused")) << said;
  EXPECT_NE(said.find("requiretty"), std::string::npos) << said;
}

TEST_F(SshAccountTest, SudoThatUsesATerminalOfItsOwnWillDo) {
  if (!sudo_is_there()) GTEST_SKIP() << "sudo is not installed";
  begin("PasswordAuthentication yes", "Defaults use_pty\nguest ALL=(ALL) NOPASSWD: ALL");
  access_.sudo = seal::Sudo::kWithoutPassword;
  EXPECT_EQ(problem(out_of("cat; id -un")), "none: root\n");
}

}  // namespace
}  // namespace rescue::target
