#include "rescue/tether/keeper.hpp"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <filesystem>
#include <fstream>

#include "rescue/tether/digest.hpp"
#include "rescue/tether/frames.hpp"

namespace rescue::tether {
namespace {

using std::chrono::seconds;
using std::chrono::steady_clock;

std::string sha256(std::string_view bytes) {
  Digest digest;
  digest.update(bytes);
  return digest.hex();
}

/// A keeper in a process of its own, with a line to it.
class KeeperTest : public ::testing::Test {
 protected:
  void SetUp() override {
    std::string name = std::filesystem::temp_directory_path() / "rescue-keeper-XXXXXX";
    ASSERT_NE(::mkdtemp(name.data()), nullptr);
    folder_ = name;
    std::ofstream(folder_ + "/keeper") << "the keeper itself";
  }
  void TearDown() override {
    if (line_ >= 0) ::close(line_);
    if (keeper_ > 0) {
      ::kill(keeper_, SIGKILL);
      ::waitpid(keeper_, nullptr, 0);
    }
    std::filesystem::remove_all(folder_);
  }
  void begin(seconds silence = seconds(60)) {
    int ends[2];
    ASSERT_EQ(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends), 0);
    keeper_ = ::fork();
    if (keeper_ == 0) {
      ::close(ends[0]);
      ::_exit(keep({.in = ends[1], .out = ends[1], .folder = folder_, .silence = silence}));
    }
    ::close(ends[1]);
    line_ = ends[0];
  }
  void say(FrameKind kind, std::string_view bytes = "") {
    std::string_view rest;
    const std::string frames = encode_frames(kind, bytes);
    for (rest = frames; !rest.empty();) {
      const ssize_t n = ::send(line_, rest.data(), rest.size(), MSG_NOSIGNAL);
      if (n <= 0) return;
      rest.remove_prefix(static_cast<std::size_t>(n));
    }
  }
  void send_program(const std::string& lines, unsigned grace_s = 0) {
    const std::string program = "#!/bin/sh\n" + lines + "\n";
    say(FrameKind::kArgument, "first");
    say(FrameKind::kLimits, "0 0 0 " + std::to_string(grace_s));
    say(FrameKind::kProgram, program);
    say(FrameKind::kStart, sha256(program));
  }
  /// The next frame that is no beat; an ended line gives kBeat.
  Frame hear() {
    const auto deadline = steady_clock::now() + seconds(30);
    while (steady_clock::now() < deadline) {
      while (auto frame = reader_.next()) {
        if (frame->kind != FrameKind::kBeat) return *frame;
      }
      pollfd watched{line_, POLLIN, 0};
      ::poll(&watched, 1, 1'000);
      char piece[4096];
      const ssize_t n = ::recv(line_, piece, sizeof piece, MSG_DONTWAIT);
      if (n == 0) return {};
      if (n > 0) reader_.feed({piece, static_cast<std::size_t>(n)});
    }
    return {};
  }
  int wait_for_keeper() {
    int status = 0;
    ::waitpid(std::exchange(keeper_, -1), &status, 0);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
  }
  static bool alive(pid_t pid) { return ::kill(pid, 0) == 0; }

  std::string folder_;
  int line_ = -1;
  pid_t keeper_ = -1;
  FrameReader reader_;
};

TEST_F(KeeperTest, CarriesAllThreeStreamsAndTheExitCode) {
  begin();
  send_program("read line; echo \"$1 $line\"; echo words >&2; exit 7");
  EXPECT_EQ(hear().kind, FrameKind::kRuns);
  say(FrameKind::kInput, "question\n");
  std::string out, err;
  Frame frame = hear();
  for (; frame.kind == FrameKind::kOutput || frame.kind == FrameKind::kMessages; frame = hear()) {
    (frame.kind == FrameKind::kOutput ? out : err) += frame.bytes;
  }
  EXPECT_EQ(out, "first question\n");
  EXPECT_EQ(err, "words\n");
  EXPECT_EQ(frame.kind, FrameKind::kEnded);
  EXPECT_EQ(frame.bytes, "exit 7");
  EXPECT_EQ(wait_for_keeper(), 0);
}

TEST_F(KeeperTest, TheFolderIsGoneBeforeTheProgramRuns) {
  begin();
  send_program("[ -e '" + folder_ + "' ] && echo there; exit 0");
  EXPECT_EQ(hear().kind, FrameKind::kRuns);
  EXPECT_EQ(hear().bytes, "exit 0");
}

TEST_F(KeeperTest, ADamagedProgramDoesNotRun) {
  begin();
  say(FrameKind::kProgram, "#!/bin/sh\necho ran\n");
  say(FrameKind::kStart, sha256("another"));
  const Frame answer = hear();
  EXPECT_EQ(answer.kind, FrameKind::kFailed);
  EXPECT_TRUE(answer.bytes.starts_with("damaged ")) << answer.bytes;
  EXPECT_EQ(wait_for_keeper(), 0);
  EXPECT_FALSE(std::filesystem::exists(folder_));
}

TEST_F(KeeperTest, WhatIsNoProgramIsToldWithTheSystemsWords) {
  begin();
  const std::string garbage =
      "\x7f"
      "ELFnot really";
  say(FrameKind::kProgram, garbage);
  say(FrameKind::kStart, sha256(garbage));
  EXPECT_TRUE(hear().bytes.starts_with("cannot-run ")) << "Exec format error";
}

TEST_F(KeeperTest, WhenTheLineEndsTheProgramEnds) {
  begin();
  send_program("echo $$; exec sleep 1000");
  EXPECT_EQ(hear().kind, FrameKind::kRuns);
  const pid_t program = std::stoi(hear().bytes);
  ASSERT_TRUE(alive(program));
  ::close(std::exchange(line_, -1));
  EXPECT_EQ(wait_for_keeper(), 0);
  EXPECT_FALSE(alive(program));
}

TEST_F(KeeperTest, WhenTheLineFallsSilentTheProgramEnds) {
  begin(seconds(1));
  send_program("echo $$; exec sleep 1000");
  EXPECT_EQ(hear().kind, FrameKind::kRuns);
  const pid_t program = std::stoi(hear().bytes);
  EXPECT_EQ(wait_for_keeper(), 0) << "the line is open and nobody says anything";
  EXPECT_FALSE(alive(program));
}

TEST_F(KeeperTest, AHalfSentProgramIsRemovedWhenTheLineEnds) {
  begin();
  say(FrameKind::kProgram, "#!/bin/sh\n");
  ::close(std::exchange(line_, -1));
  EXPECT_EQ(wait_for_keeper(), 0);
  EXPECT_FALSE(std::filesystem::exists(folder_));
}

TEST_F(KeeperTest, AProgramWithGraceComesToItsEndAlone) {
  begin();
  const std::string done =
      std::filesystem::temp_directory_path() / ("rescue-keeper-done-" + std::to_string(::getpid()));
  send_program("while read line; do :; done; echo done > '" + done + "'", 30);
  EXPECT_EQ(hear().kind, FrameKind::kRuns);
  ::close(std::exchange(line_, -1));
  EXPECT_EQ(wait_for_keeper(), 0);
  EXPECT_TRUE(std::filesystem::exists(done)) << "its stdin ended, and it went on";
  std::filesystem::remove(done);
}

TEST_F(KeeperTest, GraceHasAnEnd) {
  begin();
  send_program("echo $$; exec sleep 1000", 1);
  EXPECT_EQ(hear().kind, FrameKind::kRuns);
  const pid_t program = std::stoi(hear().bytes);
  ::close(std::exchange(line_, -1));
  EXPECT_EQ(wait_for_keeper(), 0);
  EXPECT_FALSE(alive(program));
}

TEST_F(KeeperTest, AKillEndsItAndTellsTheSignal) {
  begin();
  send_program("exec sleep 1000");
  EXPECT_EQ(hear().kind, FrameKind::kRuns);
  say(FrameKind::kKill);
  EXPECT_EQ(hear().bytes, "signal 9");
}

TEST_F(KeeperTest, AKillLeavesItsGraceToWhatHasOne) {
  begin();
  const std::string done =
      std::filesystem::temp_directory_path() / ("rescue-keeper-killed-" + std::to_string(::getpid()));
  send_program("echo in; while read line; do :; done; echo done > '" + done + "'", 30);
  EXPECT_EQ(hear().kind, FrameKind::kRuns);
  EXPECT_EQ(hear().bytes, "in\n");
  say(FrameKind::kKill);
  EXPECT_EQ(wait_for_keeper(), 0);
  EXPECT_TRUE(std::filesystem::exists(done)) << "its step was brought to its end";
  std::filesystem::remove(done);
}

TEST_F(KeeperTest, GarbageOnTheLineEndsIt) {
  begin();
  send_program("echo $$; exec sleep 1000");
  EXPECT_EQ(hear().kind, FrameKind::kRuns);
  const pid_t program = std::stoi(hear().bytes);
  const std::string garbage(100, '\xee');
  ASSERT_GT(::send(line_, garbage.data(), garbage.size(), MSG_NOSIGNAL), 0);
  EXPECT_EQ(wait_for_keeper(), 0);
  EXPECT_FALSE(alive(program));
}

TEST_F(KeeperTest, RunsWithLowPriorityACleanEnvironmentAndItsLimits) {
  begin();
  const std::string program =
      "#!/bin/sh\nenv | grep -v PWD= | sort; [ $(nice) -ge 10 ] && echo kind; pwd; ulimit -t; ulimit -c\n";
  say(FrameKind::kLimits, "100 0 0 0");
  say(FrameKind::kProgram, program);
  say(FrameKind::kStart, sha256(program));
  EXPECT_EQ(hear().kind, FrameKind::kRuns);
  std::string out;
  for (Frame frame = hear(); frame.kind == FrameKind::kOutput; frame = hear()) out += frame.bytes;
  EXPECT_NE(out.find("LANG=C.UTF-8\n"), std::string::npos) << out;
  EXPECT_NE(out.find("\nkind\n/\n"), std::string::npos) << out;
  EXPECT_NE(out.find("\n100\n0\n"), std::string::npos) << out;
}

TEST_F(KeeperTest, WhereTheFolderTakesNothingMemoryDoes) {
  std::filesystem::create_directory(folder_ + "/program");  // in the way of the file
  begin();
  send_program("echo ran");
  EXPECT_EQ(hear().kind, FrameKind::kRuns);
  EXPECT_EQ(hear().bytes, "ran\n");
  std::filesystem::remove(folder_ + "/program");
}

}  // namespace
}  // namespace rescue::tether
