// The target as it should not be: what stands where the lock belongs is an error, never followed or waited
// for.
#include "rescue/fence/folder_place.hpp"

#include <gtest/gtest.h>
#include <sys/file.h>
#include <sys/inotify.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>

#include "fence_testing.hpp"

namespace rescue::fence {
namespace {

namespace fs = std::filesystem;
using testing::kKeys;
using testing::kNow;
using testing::Root;

Result<Guard> take(FolderPlace& place, const std::string& job = "job_1", std::int64_t attempt = 1) {
  return Guard::take(place, kKeys, {job, attempt, "w1"}, kNow);
}

std::string problem_of_take(const Root& root) {
  const auto place = root.place();
  const auto taken = take(*place);
  return taken ? "" : taken.error().problem;
}

TEST(FolderPlace, ARecordOnDiskIsReadBackByAnother) {
  const Root root;
  const auto one = root.place();
  const auto two = root.place();
  ASSERT_TRUE(one->alone([&] { return one->write("bytes"); }));
  const auto status = two->alone([&]() -> Status {
    RESCUE_ASSIGN(const auto bytes, two->read());
    EXPECT_EQ(bytes, "bytes");
    return {};
  });
  EXPECT_TRUE(status);
  struct stat info {};
  ASSERT_EQ(::stat(root.lock().c_str(), &info), 0);
  EXPECT_EQ(info.st_mode & 0777U, 0600U);
}

TEST(FolderPlace, ALinkInPlaceOfTheLockIsNotFollowed) {
  const Root root;
  root.write_lock("x");
  const auto outside = root.path("outside");
  std::ofstream(outside) << "untouched";
  fs::remove(root.lock());
  fs::create_symlink(outside, root.lock());
  EXPECT_EQ(problem_of_take(root), "lock-damaged");
  const auto place = root.place();
  ASSERT_TRUE(Guard::take(*place, kKeys, {"job_1", 1, "w1"}, kNow, TakeOver::kYes))
      << "an operator's decision replaces the link itself";
  std::ifstream in(outside);
  EXPECT_EQ(std::string(std::istreambuf_iterator<char>(in), {}), "untouched");
  EXPECT_FALSE(fs::is_symlink(root.lock()));
}

TEST(FolderPlace, ALinkInPlaceOfItsFolderIsNotFollowed) {
  const Root root;
  fs::create_directories(root.path("elsewhere"));
  fs::create_symlink(root.path("elsewhere"), root.path(".rescue-fence"));
  EXPECT_EQ(problem_of_take(root), "lock-damaged");
  EXPECT_TRUE(fs::is_empty(root.path("elsewhere")));
}

TEST(FolderPlace, ARootThatIsALinkIsNotOpened) {
  const Root root;
  fs::create_directories(root.path("real"));
  fs::create_symlink(root.path("real"), root.path("link"));
  EXPECT_EQ(FolderPlace::open(root.path("link")).error().problem, "target-unavailable");
  EXPECT_EQ(FolderPlace::open(root.path("nothing")).error().problem, "target-unavailable");
}

TEST(FolderPlace, AFifoIsNotWaitedFor) {
  const Root root;
  root.write_lock("x");
  fs::remove(root.lock());
  ASSERT_EQ(::mkfifo(root.lock().c_str(), 0600), 0);
  EXPECT_EQ(problem_of_take(root), "lock-damaged");
}

TEST(FolderPlace, WhatIsNoFileIsNotEvenOpened) {
  const Root root;
  root.write_lock("x");
  fs::remove(root.lock());
  ASSERT_EQ(::mkfifo(root.lock().c_str(), 0600), 0);
  const int watch = ::inotify_init1(IN_NONBLOCK | IN_CLOEXEC);
  ASSERT_GE(::inotify_add_watch(watch, root.lock().c_str(), IN_OPEN), 0);
  EXPECT_EQ(problem_of_take(root), "lock-damaged");
  char event[512];
  EXPECT_LT(::read(watch, event, sizeof event), 0) << "opening a device can do something";
  ::close(watch);
}

TEST(FolderPlace, ASocketAndAFolderAreNoLock) {
  const Root root;
  root.write_lock("x");
  fs::remove(root.lock());
  const int fd = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_un address{.sun_family = AF_UNIX, .sun_path = {}};
  ASSERT_LT(root.lock().size(), sizeof address.sun_path);
  root.lock().copy(address.sun_path, sizeof address.sun_path - 1);
  ASSERT_EQ(::bind(fd, reinterpret_cast<const sockaddr*>(&address), sizeof address), 0);
  EXPECT_EQ(problem_of_take(root), "lock-damaged");
  ::close(fd);
  fs::remove(root.lock());
  fs::create_directories(root.lock());
  EXPECT_EQ(problem_of_take(root), "lock-damaged");
}

TEST(FolderPlace, GarbageAndHugeFilesAreNoLock) {
  const Root root;
  for (const std::string& bytes : {std::string("garbage"), std::string(), std::string(64, 'a') + "\n{}\n",
                                   std::string(20'000, 'x'), std::string(64, '\0')}) {
    root.write_lock(bytes);
    EXPECT_EQ(problem_of_take(root), "lock-damaged") << bytes.size();
  }
  fs::resize_file(root.lock(), 1ULL << 40U);
  EXPECT_EQ(problem_of_take(root), "lock-damaged");
}

TEST(FolderPlace, WhatWasLeftHalfWrittenIsInNobodysWay) {
  const Root root;
  root.write_lock("x");
  fs::remove(root.lock());
  std::ofstream(root.path(".rescue-fence/lock.new")) << "half a rec";
  EXPECT_EQ(problem_of_take(root), "");
  fs::create_directories(root.path(".rescue-fence/lock.new"));
  EXPECT_EQ(problem_of_take(root), "lock-damaged");
}

TEST(FolderPlace, WhoIsInsideIsWaitedForAndNotForEver) {
  const Root root;
  const auto inside = root.place();
  const auto outside = root.place();
  const auto status = inside->alone([&]() -> Status {
    const auto refused = outside->alone([] { return Status(); });
    EXPECT_EQ(refused.error().problem, "target-unavailable");
    EXPECT_EQ(refused.error().code, ErrorCode::kUnavailable);
    return {};
  });
  EXPECT_TRUE(status);
  EXPECT_TRUE(outside->alone([] { return Status(); }));
}

}  // namespace
}  // namespace rescue::fence
