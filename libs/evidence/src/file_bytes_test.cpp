#include "rescue/evidence/file_bytes.hpp"

#include <gtest/gtest.h>

#include "rescue/evidence/disk_survey.hpp"
#include "temp_tree.hpp"

namespace rescue::evidence {
namespace {

std::string all_of(FileBytes& bytes) {
  std::string text;
  EXPECT_TRUE(bytes.go_over([&](std::string_view piece) {
    text += piece;
    return true;
  }));
  return text;
}

TEST(FileBytes, AreReadOnceForAllWhoLook) {
  TempTree tree;
  std::string text(700'000, 'a');
  text += "end";
  tree.write("/large", text);
  const auto root = tree.root();
  FileBytes bytes(root);
  ASSERT_TRUE(bytes.open("/large"));
  EXPECT_EQ(bytes.beginning(4).value(), "aaaa");
  EXPECT_EQ(bytes.beginning(1'000'000).value().size(), text.size());
  EXPECT_EQ(all_of(bytes), text);
  EXPECT_EQ(all_of(bytes), text);
  EXPECT_EQ(bytes.bytes_read(), text.size());
}

TEST(FileBytes, TakeUpTheNextFileFromItsBeginning) {
  TempTree tree;
  tree.write("/one", "first file");
  tree.write("/two", "2");
  tree.write("/empty", "");
  const auto root = tree.root();
  FileBytes bytes(root);
  ASSERT_TRUE(bytes.open("/one"));
  EXPECT_EQ(bytes.beginning(100).value(), "first file");
  ASSERT_TRUE(bytes.open("/two"));
  EXPECT_EQ(bytes.beginning(100).value(), "2");
  EXPECT_EQ(all_of(bytes), "2");
  ASSERT_TRUE(bytes.open("/empty"));
  EXPECT_EQ(bytes.beginning(100).value(), "");
  EXPECT_EQ(all_of(bytes), "");
  EXPECT_FALSE(bytes.open("/none"));
}

/// Remembers what it was shown.
struct Listener final : FileReader {
  std::set<std::string> folders() const override { return wanted; }
  std::size_t beginning_bytes() const override { return 10; }
  bool wants(const std::string& path, const FileInfo&) override { return path.find("/www") != path.npos; }
  void look(unsigned, const std::string& path, FileBytes& bytes) override {
    seen[path] = bytes.beginning(10).value();
  }
  void miss(unsigned, const std::string& path, const Error&) override { missed.insert(path); }
  std::set<std::string> wanted = {"/srv/www"};
  std::map<std::string, std::string> seen;
  std::set<std::string> missed;
};

TEST(FileReader, SeesFilesOfItsFoldersOnceAlsoBehindALink) {
  TempTree tree;
  tree.write("/srv/www/a.php", "code a");
  tree.write("/srv/www/app/b.php", "code b");
  tree.write("/data/www-7/c.php", "code c");
  tree.link("/srv/current", "/data/www-7");
  tree.write("/srv/other", "nothing");
  const auto root = tree.root();
  Gaps gaps;
  Listener listener;
  listener.wanted = {"/srv/www", "/srv/www/app", "/srv/current"};
  survey_disk(root, {.jobs = 1, .time_is_up = {}, .readers = {&listener}}, gaps);
  const std::map<std::string, std::string> expected = {
      {"/data/www-7/c.php", "code c"}, {"/srv/www/a.php", "code a"}, {"/srv/www/app/b.php", "code b"}};
  EXPECT_EQ(listener.seen, expected);  // of a link's own name it does not ask for this one
  EXPECT_TRUE(gaps.empty());
}

TEST(FileReader, IsToldOfAFileThatCannotBeHad) {
  TempTree tree;
  tree.write("/srv/www/a.php", "code a");
  auto root = tree.root();
  root.leave_out({{"/srv/www/a.php", "it killed its reader"}});
  Gaps gaps;
  Listener listener;
  survey_disk(root, {.jobs = 1, .time_is_up = {}, .of_disk = false, .readers = {&listener}}, gaps);
  EXPECT_TRUE(listener.seen.empty());
  EXPECT_EQ(listener.missed, std::set<std::string>{"/srv/www/a.php"});
}

}  // namespace
}  // namespace rescue::evidence
