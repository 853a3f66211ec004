#include "sandbox.hpp"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <linux/openat2.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <thread>

#include "reading_child.hpp"
#include "rescue/evidence/safe_root.hpp"

namespace rescue::probe {
namespace {

class SandboxTest : public testing::Test {
 protected:
  void SetUp() override {
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
    GTEST_SKIP() << "a sanitizer opens files of its own";
#endif
    ASSERT_NE(::mkdtemp(root_.data()), nullptr);
    std::ofstream(root_ + "/inside") << "x";
  }
  void TearDown() override {
    std::filesystem::remove_all(root_);
  }

  /// Whether all walls stand and `tried` gives true inside them.
  bool in_sandbox(const std::function<bool()>& tried, std::uint64_t memory_bytes = 0) const {
    return inside_of({.readable = {root_}, .memory_bytes = memory_bytes}, "network_namespace", tried);
  }
  /// As on a kernel without Landlock.
  bool without_landlock(const std::function<bool()>& tried) const {
    return inside_of({.readable = {root_}, .landlock = false}, "landlock", tried);
  }
  bool inside_of(const SandboxWish& wish, std::string_view may_be_missing,
                 const std::function<bool()>& tried) const {
    evidence::ReadBoard board{};
    ReadingChild child(board, [&] {
      for (const auto& level : enter_sandbox(wish).levels) {
        if (!level.held && level.name != "network_namespace" && level.name != may_be_missing) return 2;
      }
      return tried() ? 0 : 1;
    });
    const auto end = child.end(false);
    return end.signal == 0 && end.code == 0;
  }
  std::string inside(const std::string& name) const {
    return root_ + "/" + name;
  }

 private:
  std::string root_ = (std::filesystem::temp_directory_path() / "rescue-sandbox-XXXXXX").string();
};

TEST_F(SandboxTest, TheRootCanBeReadAndNothingElse) {
  EXPECT_TRUE(in_sandbox([&] { return ::open(inside("inside").c_str(), O_RDONLY) >= 0; }));
  EXPECT_TRUE(in_sandbox([] { return ::open("/etc/passwd", O_RDONLY) < 0 && errno == EACCES; }));
}

TEST_F(SandboxTest, NothingCanBeWritten) {
  EXPECT_TRUE(in_sandbox([&] { return ::open(inside("new").c_str(), O_WRONLY | O_CREAT, 0600) < 0; }));
  EXPECT_TRUE(in_sandbox([&] { return ::open(inside("inside").c_str(), O_WRONLY) < 0; }));
  EXPECT_TRUE(in_sandbox([&] { return ::unlink(inside("inside").c_str()) < 0; }));
  EXPECT_TRUE(in_sandbox([&] { return ::chmod(inside("inside").c_str(), 0777) < 0; }));
}

TEST_F(SandboxTest, ThereIsNoNetworkAndNoNewProgram) {
  EXPECT_TRUE(in_sandbox([] { return ::socket(AF_INET, SOCK_STREAM, 0) < 0 && errno == EPERM; }));
  EXPECT_TRUE(in_sandbox([] { return ::execl("/bin/true", "true", nullptr) < 0 && errno == EPERM; }));
  EXPECT_TRUE(in_sandbox([] { return ::kill(::getppid(), 0) < 0; }));
}

TEST_F(SandboxTest, ThreadsStillWork) {
  EXPECT_TRUE(in_sandbox([] {
    int done = 0;
    std::thread([&] { done = 1; }).join();
    return done == 1;
  }));
}

TEST_F(SandboxTest, MemoryIsBounded) {
  const auto take = [](std::size_t bytes) {
    return [bytes] {
      const std::string much(bytes, 'x');
      return much[bytes / 2] == 'x';
    };
  };
  EXPECT_TRUE(in_sandbox(take(8U << 20U), 128U << 20U));
  EXPECT_FALSE(in_sandbox(take(256U << 20U), 128U << 20U));
}

/// openat2(2), whatever the C library knows.
int open_by_openat2(const std::string& path, std::uint64_t flags) {
  open_how how{};
  how.flags = flags;
  return static_cast<int>(::syscall(SYS_openat2, AT_FDCWD, path.c_str(), &how, sizeof(how)));
}

TEST_F(SandboxTest, WithoutLandlockNothingCanBeOpenedForWritingEither) {
  EXPECT_TRUE(
      without_landlock([&] { return ::open(inside("inside").c_str(), O_WRONLY) < 0 && errno == EPERM; }));
  EXPECT_TRUE(
      without_landlock([&] { return ::open(inside("inside").c_str(), O_RDWR) < 0 && errno == EPERM; }));
  EXPECT_TRUE(
      without_landlock([&] { return ::open(inside("new").c_str(), O_CREAT, 0600) < 0 && errno == EPERM; }));
  EXPECT_TRUE(
      without_landlock([&] { return open_by_openat2(inside("inside"), O_WRONLY) < 0 && errno == EPERM; }));
  EXPECT_TRUE(
      without_landlock([&] { return ::truncate(inside("inside").c_str(), 0) < 0 && errno == EPERM; }));
}

TEST_F(SandboxTest, WithoutLandlockTheRootIsReadByAWalk) {
  auto root = evidence::SafeRoot::open(inside(""));
  ASSERT_TRUE(root);
  EXPECT_TRUE(without_landlock([&] {
    const auto by_kernel = root->read_small("/inside", 10);
    root->walk_by_components();
    const auto by_walk = root->read_small("/inside", 10);
    const auto listed = root->list("/", 10);
    return !by_kernel && by_walk && *by_walk == "x" && listed && listed->entries.size() == 1;
  }));
}

TEST_F(SandboxTest, WhatIsMissingIsTold) {
  const auto level = confine_to_folders({"/no/such/folder"});
  EXPECT_FALSE(level.held);
  EXPECT_NE(level.why.find("the kernel refused"), std::string::npos);
  const auto json = to_json({level});
  EXPECT_EQ(json[0]["level"], "landlock");
  EXPECT_EQ(json[0]["held"], false);
}

}  // namespace
}  // namespace rescue::probe
