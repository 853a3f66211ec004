#include "rescue/store/restore.hpp"

#include <unistd.h>

#include <filesystem>
#include <fstream>

#include "contract.hpp"
#include "postgres_url.hpp"
#include "rescue/store/audit.hpp"
#include "rescue/store/backup.hpp"
#include "rescue/store/outbox.hpp"

namespace rescue::store {
namespace {

namespace fs = std::filesystem;

Status change(Tx& tx, std::int64_t id) {
  RESCUE_TRY(add_note(id)(tx));
  RESCUE_TRY(Audit::append(tx, {}));
  Message message;
  message.from = "a";
  message.to = "b";
  message.type = "t";
  message.incident_id = "inc_1";
  return Outbox::put(tx, message);
}

/// A database with the notes 1 to 3 and its copy; the note 4 is of the time after it.
class Restore : public Contract {
 protected:
  void SetUp() override {
    Contract::SetUp();
    std::string name = fs::temp_directory_path() / "rescue-restore-XXXXXX";
    directory = ::mkdtemp(name.data());
    copy = directory + "/copy";
    for (int i = 1; i <= 3; ++i) add(i);
    EXPECT_TRUE(write([](Tx& tx) -> Status {
      const std::int64_t numbers[] = {1, 2};
      return Outbox::mark_sent(tx, numbers, 5);
    }));
    make_copy(copy);
    add(4);
    db.reset();
  }
  void TearDown() override { fs::remove_all(directory); }

  void add(std::int64_t id) {
    EXPECT_TRUE(write([&](Tx& tx) { return change(tx, id); }));
  }
  void make_copy(const std::string& to) {
    auto source = *BackupSource::open(url);
    BackupSource* const sources[] = {source.get()};
    EXPECT_TRUE(cut(sources, SystemClock()));
    const Status copied = source->copy_to(to);
    EXPECT_TRUE(copied) << copied.error().detail;
  }
  /// Another database: `name` as `switch_over` gives it.
  std::string url_of(const std::string& name) const {
    if (url.starts_with("sqlite")) return "sqlite://" + name;
    return PostgresUrl::parse(url)->with_name(name);
  }
  void reopen(const std::string& of) {
    db.reset();
    auto opened = Database::open(of, kNotes);
    ASSERT_TRUE(opened) << opened.error().detail;
    db = std::move(*opened);
  }
  std::unique_ptr<RestoreTarget> target() const {
    auto opened = RestoreTarget::open(url);
    if (!opened) throw std::runtime_error(opened.error().detail);
    return *std::move(opened);
  }
  static Status resend(Tx& tx) {
    RESCUE_TRY(Outbox::resend_all(tx));
    AuditRow row;
    row.action = "store.restored";
    return Audit::append(tx, row);
  }
  /// All steps; where the former database is.
  std::string restore(const std::string& mark = "now") const {
    const auto into = target();
    const Status prepared = into->prepare(copy, resend);
    EXPECT_TRUE(prepared) << prepared.error().detail;
    const Status announced = into->announce();
    EXPECT_TRUE(announced) << announced.error().detail;
    const auto aside = into->switch_over(mark);
    EXPECT_TRUE(aside) << aside.error().detail;
    const Status finished = into->finish();
    EXPECT_TRUE(finished) << finished.error().detail;
    return aside.value_or("");
  }

  std::string directory;
  std::string copy;
};
RESCUE_STORE_CONTRACT(Restore);

TEST_P(Restore, PutsTheCopyInPlaceAndKeepsWhatWasThere) {
  const auto aside = restore();
  reopen(url);
  EXPECT_EQ(count("notes"), 3);
  EXPECT_EQ(count("audit WHERE action = 'store.restored'"), 1);
  EXPECT_EQ(db->read([](Tx& tx) { return Audit::verify(tx); }), 4);
  EXPECT_EQ(db->read([](Tx& tx) { return Outbox::depth(tx); })->waiting, 3) << "everything goes out again";
  add(5);
  reopen(url_of(aside));
  EXPECT_EQ(count("notes"), 4);
}

TEST_P(Restore, IntoAnEmptyPlace) {
  url = url.starts_with("sqlite") ? "sqlite://" + directory + "/not/yet/there.db"
                                  : url_of("fresh_" + std::to_string(::getpid()));
  EXPECT_EQ(target()->occupied(), false);
  EXPECT_EQ(restore(), "");
  reopen(url);
  EXPECT_EQ(count("notes"), 3);
}

TEST_P(Restore, RefusesWhileAServiceRuns) {
  reopen(url);
  const auto refused = RestoreTarget::open(url);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().problem, "database-in-use");
  add(5);
}

TEST_P(Restore, KnowsWhatItWouldPutAside) {
  EXPECT_EQ(target()->occupied(), true);
  url = GetParam().make();
  EXPECT_EQ(target()->occupied(), false);
}

TEST_P(Restore, OneAtATime) {
  const auto first = target();
  const auto second = RestoreTarget::open(url);
  ASSERT_FALSE(second);
  EXPECT_EQ(second.error().problem, "database-in-use");
}

TEST_P(Restore, AFailureBeforeTheSwitchLeavesWhatWasThere) {
  {
    const auto into = target();
    const auto failed = into->prepare(copy, [](Tx& tx) -> Status {
      RESCUE_TRY(add_note(99)(tx));
      return fail(ErrorCode::kInternal, "internal-error", "no");
    });
    ASSERT_FALSE(failed);
    EXPECT_EQ(failed.error().detail, "no");
    EXPECT_FALSE(into->prepare(directory + "/missing", resend));
    std::ofstream(directory + "/garbage") << std::string(8'192, 'x');
    EXPECT_FALSE(into->prepare(directory + "/garbage", resend));
    EXPECT_TRUE(into->announce());
    EXPECT_TRUE(into->withdraw());
  }
  reopen(url);
  EXPECT_EQ(count("notes"), 4);
}

TEST_P(Restore, OneThatDidNotEndKeepsServicesAwayUntilItIsRunAgain) {
  for (const bool switched : {false, true}) {
    {
      const auto into = target();
      ASSERT_TRUE(into->prepare(copy, resend));
      ASSERT_TRUE(into->announce());
      if (switched) {
        ASSERT_TRUE(into->switch_over("first"));
      } else {
        ASSERT_FALSE(Database::open(url, kNotes));
      }
    }
    const auto refused = Database::open(url, kNotes);
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code, ErrorCode::kUnavailable);
    // A later one that gives up leaves it so.
    const auto again = target();
    ASSERT_TRUE(again->announce());
    ASSERT_TRUE(again->withdraw());
    EXPECT_FALSE(Database::open(url, kNotes));
  }
  const auto aside = restore("second");
  reopen(url);
  EXPECT_EQ(count("notes"), 3);
  EXPECT_NE(aside, "");
}

TEST_P(Restore, NeverPutsTwoDatabasesAsideUnderOneName) {
  const auto aside = restore();
  {
    const auto into = target();
    ASSERT_TRUE(into->prepare(copy, resend));
    EXPECT_FALSE(into->switch_over("now"));
  }
  reopen(url_of(aside));
  EXPECT_EQ(count("notes"), 4);
  reopen(url);
  EXPECT_EQ(count("notes"), 3);
}

TEST_P(Restore, RefusesACopyOfANewerProgram) {
  reopen(url);
  EXPECT_TRUE(write([](Tx& tx) -> Status {
    RESCUE_TRY(tx.execute(
        "INSERT INTO schema_migrations (component, number, name, applied_us) VALUES ('store', 999, 'x', 0)"));
    return {};
  }));
  make_copy(directory + "/newer");
  db.reset();
  const auto refused = target()->prepare(directory + "/newer", resend);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().problem, "database-newer");
}

TEST(PostgresUrl, NamesOtherDatabasesOfTheSameServer) {
  const auto url = PostgresUrl::parse("postgresql://rescue@db.example:5433/rescue_intake?passfile=/etc/x");
  ASSERT_TRUE(url) << url.error().detail;
  EXPECT_EQ(url->name(), "rescue_intake");
  EXPECT_EQ(url->with_name("postgres"), "postgresql://rescue@db.example:5433/postgres?passfile=/etc/x");
  EXPECT_EQ(PostgresUrl::parse("postgresql:///name?host=/run/pg")->with_name("x"),
            "postgresql:///x?host=/run/pg");
  for (const auto* bad :
       {"", "sqlite:///x", "postgresql://", "postgresql://host", "postgresql://host/", "postgresql://host?/x",
        "postgresql://host/a%20b", "postgresql://host/a\"b", "postgresql://host/a_name_that_is_far_too_long",
        "postgresql://user:secret@host/name", "postgresql://user@host/name?password=secret"}) {
    const auto refused = PostgresUrl::parse(bad);
    ASSERT_FALSE(refused) << bad;
    EXPECT_EQ(refused.error().detail.find("secret"), std::string::npos);
  }
}

}  // namespace
}  // namespace rescue::store
