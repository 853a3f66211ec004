// A hostile server's files: nothing is followed, waited for or half written.
#include "rescue/recovery/server_files.hpp"

#include <fcntl.h>
#include <gtest/gtest.h>

#include <array>

#include "recovery_testing.hpp"

namespace rescue::recovery {
namespace {

using testing::TestServer;
namespace fs = std::filesystem;

TEST(ServerFiles, AFileIsPutBackWithAllThatIsItsOwn) {
  const TestServer server;
  server.write("/etc/a", "one", 0640);
  const auto before = *server.files().read("/etc/a");
  auto other = *before;
  other.bytes = "two";
  other.mtime_ns = 0;
  ASSERT_TRUE(server.files().put("/etc/a", other));
  EXPECT_EQ(server.text("/etc/a"), "two");
  ASSERT_TRUE(server.files().put("/etc/a", *before));
  const auto after = *server.files().read("/etc/a");
  EXPECT_TRUE(same(before, after));
  EXPECT_EQ(after->mtime_ns, before->mtime_ns);
  EXPECT_EQ(std::distance(fs::directory_iterator(server.path("/etc")), fs::directory_iterator()), 1);
}

TEST(ServerFiles, LinksFifosFoldersAndHugeFilesAreNotTouched) {
  const TestServer server;
  server.write("/outside", "untouched");
  server.write("/etc/postfix/x", "");
  fs::create_symlink(server.path("/outside"), server.path("/etc/link"));
  fs::create_directory_symlink(server.path("/etc/postfix"), server.path("/etc/way"));
  ASSERT_EQ(::mkfifo(server.path("/etc/fifo").c_str(), 0600), 0);
  server.write("/etc/huge", "");
  fs::resize_file(server.path("/etc/huge"), 1ULL << 40U);
  for (const auto* path : {"/etc/link", "/etc/way/x", "/etc/fifo", "/etc/postfix", "/etc/huge",
                           "/etc/../etc/a", "relative", "/"}) {
    const auto read = server.files().read(path);
    ASSERT_FALSE(read) << path;
    EXPECT_EQ(read.error().problem, "unsafe-file") << path;
  }
  for (const auto* path : {"/etc/link", "/etc/way/x", "/etc/fifo", "/etc/postfix"})
    EXPECT_FALSE(server.files().put(path, {.bytes = "new"})) << path;
  EXPECT_EQ(server.text("/outside"), "untouched");
}

TEST(ServerFiles, R13_WhatCannotBeWrittenHoweverOftenIsThatFilesTrouble) {
  const auto sys = ServerFiles::open("/sys");
  ASSERT_TRUE(sys);
  const auto put = sys->put("/kernel/main.cf", {.bytes = "x"});
  ASSERT_FALSE(put);
  EXPECT_EQ(put.error().problem, "unsafe-file") << put.error().detail;
}

TEST(ServerFiles, ATimeThatNoRecordCanHoldIsClamped) {
  const TestServer server;
  server.write("/etc/a", "one");
  for (const std::int64_t seconds : {std::int64_t{-5}, INT64_MIN / 4, INT64_MAX / 4, INT64_MAX}) {
    const timespec time{.tv_sec = seconds, .tv_nsec = 999'999'999};
    const std::array<timespec, 2> times{time, time};
    ASSERT_EQ(::utimensat(AT_FDCWD, server.path("/etc/a").c_str(), times.data(), 0), 0);
    const auto file = *server.files().read("/etc/a");
    EXPECT_GE(file->mtime_ns, 0) << seconds;
    EXPECT_TRUE(file_change_from(to_json(FileChange{.path = "/etc/a", .before = *file}))) << seconds;
  }
}

TEST(ServerFiles, WhatIsNotThereIsNothing) {
  const TestServer server;
  EXPECT_EQ(*server.files().read("/etc/none"), std::nullopt);
  EXPECT_TRUE(server.files().make_private_folder("/var/lib/x"));
  EXPECT_TRUE(server.files().remove("/var/lib/x/none"));
}

TEST(ServerFiles, AFolderThatOthersMayReadIsNotOurs) {
  const TestServer server;
  ASSERT_TRUE(server.files().make_private_folder("/var/lib/x"));
  ASSERT_TRUE(server.files().make_private_folder("/var/lib/x"));
  ::chmod(server.path("/var/lib/x").c_str(), 0755);
  EXPECT_EQ(server.files().make_private_folder("/var/lib/x").error().problem, "unsafe-file");
}

}  // namespace
}  // namespace rescue::recovery
