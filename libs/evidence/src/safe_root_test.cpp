#include "rescue/evidence/safe_root.hpp"

#include <gtest/gtest.h>
#include <sys/socket.h>
#include <sys/sysmacros.h>
#include <sys/un.h>

#include <cstring>

#include "rescue/evidence/walk.hpp"
#include "temp_tree.hpp"

namespace rescue::evidence {
namespace {

using Method = SafeRoot::Method;

/// Both ways of resolving must behave alike.
class Roots : public testing::TestWithParam<Method> {
 protected:
  SafeRoot root() const { return tree.root(GetParam()); }
  std::string text(const std::string& path) const { return root().read_small(path, 1000).value_or("?"); }
  std::string problem(const std::string& path) const {
    const auto file = root().open_file(path);
    return file ? "" : file.error().problem;
  }
  TempTree tree;
};

TEST_P(Roots, FollowsLinksInsideTheRootAbsoluteOnesToo) {
  tree.write("/etc/real/file", "here");
  tree.link("/etc/relative", "real/file");
  tree.link("/etc/absolute", "/etc/real/file");
  tree.link("/etc/folder", "/etc/../etc/real");
  EXPECT_EQ(text("/etc/relative"), "here");
  EXPECT_EQ(text("/etc/absolute"), "here");
  EXPECT_EQ(text("/etc/folder/file"), "here");
  EXPECT_EQ(text("etc/folder/../real/./file"), "here");
}

TEST_P(Roots, NeverLeavesTheRoot) {
  TempTree outside;
  outside.write("/secret", "outside");
  tree.write("/etc/x", "x");
  tree.link("/etc/out", outside.real("/secret"));
  tree.link("/etc/up", "../../../../../../../../.." + outside.real("/secret"));
  tree.link("/etc/folder", "../../../../../../../../../../tmp");
  EXPECT_EQ(problem("/etc/out"), "no-such-file");
  EXPECT_EQ(problem("/etc/up"), "no-such-file");
  EXPECT_EQ(problem("/../../.." + outside.real("/secret")), "no-such-file");
  EXPECT_EQ(problem("/etc/folder" + outside.real("/secret").substr(4)), "no-such-file");
  EXPECT_EQ(text("/../../etc/x"), "x");  // ".." at the root stays there
}

TEST_P(Roots, GivesUpOnLinksThatGoInCircles) {
  tree.link("/a", "/b");
  tree.link("/b", "/a");
  EXPECT_FALSE(root().open_file("/a"));
}

TEST_P(Roots, RefusesALinkAtTheEndWhereAsked) {
  tree.write("/file", "text");
  tree.link("/link", "file");
  EXPECT_FALSE(root().open_file("/link", SafeRoot::LastLink::kRefuse));
  EXPECT_TRUE(root().open_file("/file", SafeRoot::LastLink::kRefuse));
  EXPECT_EQ(root().link_target("/link").value(), "file");
  EXPECT_FALSE(root().link_target("/file"));
}

TEST_P(Roots, OpensRegularFilesOnly) {
  tree.write("/dir/file", "text");
  ASSERT_EQ(::mkfifo(tree.real("/fifo").c_str(), 0600), 0);  // opening it for reading would wait for a writer
  const int fd = ::socket(AF_UNIX, SOCK_STREAM, 0);
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  std::strncpy(address.sun_path, tree.real("/sock").c_str(), sizeof(address.sun_path) - 1);
  ASSERT_EQ(::bind(fd, reinterpret_cast<sockaddr*>(&address), sizeof(address)), 0);
  ::close(fd);
  for (const auto* path : {"/fifo", "/sock", "/dir", "/"})
    EXPECT_EQ(problem(path), "not-a-regular-file") << path;
  if (::mknod(tree.real("/null").c_str(), S_IFCHR | 0600, makedev(1, 3)) == 0) {
    EXPECT_EQ(problem("/null"), "not-a-regular-file");
  }
}

TEST_P(Roots, ListsSortedWithAnyNameAndInfo) {
  tree.write("/d/b", "12345");
  tree.write("/d/a\n\x1b[31m\xff", "");
  tree.link("/d/c", "/nowhere");
  const auto listing = root().list("/d", 10).value();
  ASSERT_EQ(listing.entries.size(), 3U);
  EXPECT_EQ(listing.entries[0].name, "a\n\x1b[31m\xff");
  EXPECT_EQ(listing.entries[1].info.size, 5U);
  EXPECT_EQ(listing.entries[2].info.kind, FileKind::kSymlink);
  EXPECT_FALSE(listing.cut);
  EXPECT_TRUE(root().list("/d", 2).value().cut);
  EXPECT_FALSE(root().list("/d/b", 10));
  EXPECT_EQ(root().list("/none", 10).error().code, ErrorCode::kNotFound);
}

TEST_P(Roots, ReadsSmallFilesUpToTheirLimit) {
  tree.write("/f", std::string(5000, 'x'));
  EXPECT_EQ(root().read_small("/f", 5000)->size(), 5000U);
  EXPECT_EQ(root().read_small("/f", 4999).error().code, ErrorCode::kTooLarge);
  EXPECT_EQ(root().read_small(std::string("/f\0x", 4), 10).error().code, ErrorCode::kNotFound);
}

TEST_P(Roots, LeavesAccessTimesAlone) {
  tree.write("/d/f", "text");
  for (const auto* path : {"/d/f", "/d"}) tree.set_time(path, "2020-01-01T00:00:00Z");
  ASSERT_EQ(text("/d/f"), "text");
  ASSERT_TRUE(root().list("/d", 10));
  for (const auto* path : {"/d/f", "/d"}) {
    struct stat st {};
    ASSERT_EQ(::stat(tree.real(path).c_str(), &st), 0);
    EXPECT_EQ(st.st_atim.tv_sec, 1577836800) << path;
  }
}

INSTANTIATE_TEST_SUITE_P(BothWays, Roots, testing::Values(Method::kAutomatic, Method::kComponentWalk),
                         [](const auto& info) {
                           return info.param == Method::kAutomatic ? "Kernel" : "Walk";
                         });

TEST(SafeRoot, SaysWhyARootCannotBeUsed) {
  EXPECT_EQ(SafeRoot::open("/no/such/folder").error().code, ErrorCode::kNotFound);
  TempTree tree;
  tree.write("/file", "");
  EXPECT_FALSE(SafeRoot::open(tree.real("/file")));
}

std::vector<std::string> walked(const TempTree& tree, const WalkLimits& limits, Gaps& gaps) {
  std::vector<std::string> paths;
  walk(tree.root(), "/", limits, "x", gaps, [&](const std::string& path, const FileInfo&) {
    paths.push_back(path);
    return true;
  });
  return paths;
}

TEST(Walk, GoesInOrderAndIntoNoLink) {
  TempTree tree;
  tree.write("/b/file", "");
  tree.write("/a/file", "");
  tree.link("/a/loop", "/a");
  tree.link("/c", "..");
  Gaps gaps;
  EXPECT_EQ(walked(tree, {}, gaps),
            (std::vector<std::string>{"/a", "/a/file", "/a/loop", "/b", "/b/file", "/c"}));
  EXPECT_TRUE(gaps.empty());
}

TEST(Walk, TellsWhatIsOverALimit) {
  TempTree tree;
  for (int i = 0; i < 10; ++i) tree.write("/d/f" + std::to_string(i), "");
  tree.write("/e/e/e/e/e", "");
  Gaps gaps;
  EXPECT_EQ(walked(tree, {.max_entries = 1000, .max_per_directory = 4, .max_depth = 48}, gaps).size(),
            11U - 1U);
  ASSERT_EQ(gaps.size(), 1U);
  EXPECT_EQ(gaps[0].path, "/d");
  EXPECT_TRUE(gaps[0].grave);
  gaps = {};
  walked(tree, {.max_entries = 1000, .max_per_directory = 100, .max_depth = 2}, gaps);
  EXPECT_EQ(gaps.size(), 1U);
  gaps = {};
  EXPECT_EQ(walked(tree, {.max_entries = 5, .max_per_directory = 100, .max_depth = 48}, gaps).size(), 5U);
  EXPECT_EQ(gaps.size(), 1U);
}

}  // namespace
}  // namespace rescue::evidence
