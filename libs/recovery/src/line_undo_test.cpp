// An account's line goes back whatever else was changed in its file.
#include "line_undo.hpp"

#include <gtest/gtest.h>

namespace rescue::recovery {
namespace {

FileState file(const std::string& bytes) {
  return {.bytes = bytes, .mode = 0640, .mtime_ns = 5};
}

FileChange change(const std::string& before, const std::string& after) {
  return {
      .path = "/etc/shadow", .before = file(before), .after = file(after), .secret = true, .by_line = true};
}

const FileChange kLocked = change("root:r:\nsales:s:\nbob:b:\n", "root:r:\nsales:!s:\nbob:b:\n");

TEST(LineUndo, R13_AnotherUsersNewPasswordStays) {
  const auto out = undone(kLocked, file("root:r:\nsales:!s:\nbob:new:\nnina:n:\n"));
  ASSERT_TRUE(out);
  EXPECT_EQ((*out)->bytes, "root:r:\nsales:s:\nbob:new:\nnina:n:\n");
  EXPECT_EQ((*out)->mtime_ns, 0) << "it was changed at its time";
  EXPECT_EQ((*undone(kLocked, *out))->bytes, (*out)->bytes) << "twice";
}

TEST(LineUndo, R13_WhereNothingElseWasChangedAllIsAsItWas) {
  const auto out = undone(kLocked, file(kLocked.after->bytes));
  ASSERT_TRUE(out);
  EXPECT_EQ((*out)->bytes, kLocked.before->bytes);
  EXPECT_EQ((*out)->mtime_ns, 5);
}

TEST(LineUndo, R13_ALineThatIsNotAsWeMadeItIsLeftAndNoSecretIsTold) {
  for (const auto* now : {"root:r:\nsales:fresh:\nbob:b:\n", "root:r:\n", "sales:!s:\nsales:!s:\n"}) {
    const auto out = undone(kLocked, file(now));
    ASSERT_FALSE(out) << now;
    EXPECT_EQ(out.error().problem, "changed-since");
    EXPECT_EQ(out.error().detail.find("sales"), std::string::npos) << out.error().detail;
  }
  EXPECT_FALSE(undone(kLocked, std::nullopt));
}

TEST(LineUndo, R13_OfSettingsThatWereChangedTheLinesToPutBackAreNamed) {
  FileChange settings = change("a = 1\nmynetworks = 0.0.0.0/0\n", "a = 1\nmynetworks = 127.0.0.0/8\n");
  settings.secret = settings.by_line = false;
  const auto out = undone(settings, file("a = 2\nmynetworks = 127.0.0.0/8\n"));
  ASSERT_FALSE(out);
  EXPECT_NE(out.error().detail.find("take out \"mynetworks = 127.0.0.0/8\"; by hand: put in \"mynetworks = "
                                    "0.0.0.0/0\""),
            std::string::npos)
      << out.error().detail;
}

TEST(LineUndo, OfAListOnlyOurLineGoesAndAnEmptyOneGoesWhole) {
  const FileChange first{.path = "/l", .after = file("a\n"), .by_line = true};
  EXPECT_EQ((*undone(first, file("a\nb\n")))->bytes, "b\n");
  EXPECT_FALSE(*undone(first, file("a\n")));
  EXPECT_FALSE(*undone(change("a\n", "a\nb\n"), file("b\n")));
  EXPECT_EQ((*undone(change("a\n", "a\nb\n"), file("c\n")))->bytes, "c\n") << "it was taken out already";
}

}  // namespace
}  // namespace rescue::recovery
