// A refusal counts only where Dovecot asks it before every other source.
#include "dovecot_refusal.hpp"

#include <gtest/gtest.h>

#include "recovery_testing.hpp"
#include "rescue/recovery/stepper.hpp"

namespace rescue::recovery {
namespace {

constexpr const char* kMain = "/etc/dovecot/dovecot.conf";
constexpr const char* kList = "/etc/dovecot/rescue-refused-users";
constexpr const char* kDropIn = "/etc/dovecot/conf.d/00-rescue-refused-users.conf";
const std::vector<PasswordSource> kSql{{.driver = "sql"}};
const std::vector<PasswordSource> kRefused{{.driver = "passwd-file", .path = kList, .deny = true},
                                           {.driver = "sql"}};

class Refusal : public ::testing::Test {
 protected:
  DovecotRefusal refuse(const std::string& account, const std::vector<PasswordSource>& sources) {
    return *refuse_at_dovecot(server.files(), sources, account);
  }
  int apply(const std::string& account, const std::vector<PasswordSource>& sources) {
    const Step step{.id = account, .title = "t", .why = "w", .files = refuse(account, sources).files};
    const auto end = stepper().apply(step, "aa");
    EXPECT_TRUE(end) << end.error().detail;
    return end ? end->record.number : 0;
  }
  Stepper stepper() {
    book.emplace(*StepBook::open(server.files()));
    return {server.files(), *book, server.programs()};
  }
  bool is_there(const char* path) const { return std::filesystem::exists(server.path(path)); }

  testing::TestServer server;
  std::optional<StepBook> book;
};

TEST_F(Refusal, R13_WhereAnotherSourceComesFirstItGoesToTheHeadOfTheSettings) {
  for (const auto* text : {"passdb {\n  driver = sql\n}\n!include conf.d/*.conf\n",
                           "!include_try local.conf\n!include conf.d/*.conf\n", "passdb {\n}\n", "x = y\n"}) {
    server.write(kMain, text);
    const auto made = refuse("sales@example.jp", kSql);
    ASSERT_EQ(made.files.size(), 2U) << text;
    EXPECT_EQ(made.files[1].path, kMain) << text;
    const auto& after = made.files[1].after->bytes;
    EXPECT_LT(after.find("deny = yes"), after.find(text)) << after;
  }
  server.write(kMain, "x = y\n!include conf.d/*.conf\npassdb {\n}\n");
  server.write("/etc/dovecot/conf.d/10-auth.conf", "");
  EXPECT_EQ(refuse("sales@example.jp", kSql).files.at(1).path, kDropIn);
  server.write("/etc/dovecot/conf.d/00-auth.conf", "passdb {\n}\n");
  EXPECT_EQ(refuse("sales@example.jp", kSql).files.at(1).path, kMain) << "that one is read before ours";
}

TEST_F(Refusal, R13_ItIsDoneOnlyWhereDovecotTellsThatItIsAskedFirst) {
  server.write(kMain, "!include conf.d/*.conf\n");
  server.write("/etc/dovecot/conf.d/10-auth.conf", "");
  apply("sales@example.jp", kSql);
  ASSERT_TRUE(is_there(kDropIn));
  EXPECT_TRUE(refuse("sales@example.jp", kRefused).already);
  const auto late = refuse("sales@example.jp", {{.driver = "sql"}, kRefused.front()});
  EXPECT_FALSE(late.already);
  ASSERT_EQ(late.files.size(), 1U);
  EXPECT_EQ(late.files[0].path, kMain);
  apply("sales@example.jp", {{.driver = "sql"}, kRefused.front()});
  EXPECT_FALSE(refuse("sales@example.jp", {{.driver = "sql"}, kRefused.front()}).why_not.empty())
      << "at the head, and asked late all the same";
}

TEST_F(Refusal, R13_AListWhoseLastLineHasNoEndGetsALineOfItsOwn) {
  server.write(kMain, "!include conf.d/*.conf\n");
  server.write("/etc/dovecot/conf.d/10-auth.conf", "");
  server.write(kList, "a@example.jp");
  apply("b@example.jp", kRefused);
  EXPECT_EQ(server.text(kList), "a@example.jp\nb@example.jp\n");
}

TEST_F(Refusal, R13_OfTwoSuspensionsEitherIsUndoneFirst) {
  const std::string own = "passdb {\n  driver = sql\n}\n!include conf.d/*.conf\n";
  for (const bool at_head : {true, false}) {
    const std::string main = at_head ? own : "!include conf.d/*.conf\n";
    server.write("/etc/dovecot/conf.d/10-auth.conf", "");
    for (const bool older_first : {true, false}) {
      server.write(kMain, main);
      const auto one = apply("a@example.jp", kSql), two = apply("b@example.jp", kRefused);
      ASSERT_EQ(server.text(kList), "a@example.jp\nb@example.jp\n");
      ASSERT_TRUE(stepper().undo(older_first ? one : two, "aa"));
      EXPECT_EQ(server.text(kList), older_first ? "b@example.jp\n" : "a@example.jp\n");
      EXPECT_TRUE(at_head ? server.text(kMain) != main : is_there(kDropIn)) << "the other is still refused";
      ASSERT_TRUE(stepper().undo(older_first ? two : one, "aa"));
      EXPECT_EQ(server.text(kMain), main);
      EXPECT_FALSE(is_there(kDropIn));
      EXPECT_FALSE(is_there(kList));
    }
  }
}

}  // namespace
}  // namespace rescue::recovery
