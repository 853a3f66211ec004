#include "sandbox.hpp"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <thread>

#include "reading_child.hpp"

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

  /// Whether all of `held` stand and `tried` gives true inside them.
  bool in_sandbox(const std::function<bool()>& tried, std::uint64_t memory_bytes = 0) const {
    evidence::ReadBoard board{};
    ReadingChild child(board, [&] {
      const auto levels = enter_sandbox({.readable = {root_}, .memory_bytes = memory_bytes});
      for (const auto& level : levels) {
        if (!level.held && level.name != "network_namespace") return 2;
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
