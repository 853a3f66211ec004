#include "rescue/store/restore.hpp"

#include <unistd.h>

#include <filesystem>
#include <fstream>

#include "contract.hpp"
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

/// A database with the notes 1 to 3 and its copy; notes from 4 on are of the time after it.
class Restore : public ::testing::Test {
 protected:
  Restore() {
    std::string name = fs::temp_directory_path() / "rescue-restore-XXXXXX";
    directory = ::mkdtemp(name.data());
    copy = directory + "/copy.sqlite";
    auto db = open();
    for (int i = 1; i <= 3; ++i) add(*db, i);
    EXPECT_TRUE(db->write([](Tx& tx) -> Status {
      const std::int64_t numbers[] = {1, 2};
      return Outbox::mark_sent(tx, numbers, 5);
    }));
    auto source = *BackupSource::open(url());
    BackupSource* const sources[] = {source.get()};
    EXPECT_TRUE(cut(sources, SystemClock()));
    EXPECT_TRUE(source->copy_to(copy));
    add(*db, 4);
  }
  ~Restore() override { fs::remove_all(directory); }

  std::string path() const { return directory + "/data/service.db"; }
  std::string url(const std::string& of = "") const { return "sqlite://" + (of.empty() ? path() : of); }
  std::unique_ptr<Database> open(const std::string& of = "") const {
    auto opened = Database::open(url(of), kNotes);
    if (!opened) throw std::runtime_error(opened.error().detail);
    return *std::move(opened);
  }
  std::unique_ptr<RestoreTarget> target() const {
    auto opened = RestoreTarget::open(url());
    if (!opened) throw std::runtime_error(opened.error().detail);
    return *std::move(opened);
  }
  static void add(Database& db, std::int64_t id) {
    EXPECT_TRUE(db.write([&](Tx& tx) -> Status { return change(tx, id); }));
  }
  static std::int64_t count(Database& db, const std::string& what) {
    return (*db.read([&](Tx& tx) { return tx.find("SELECT COUNT(*) FROM " + what); }))->integer(0);
  }
  static Status resend(Tx& tx) {
    RESCUE_TRY(Outbox::resend_all(tx));
    AuditRow row;
    row.action = "store.restored";
    return Audit::append(tx, row);
  }
  /// All steps; where the former database is.
  std::string restore() const {
    const auto into = target();
    EXPECT_TRUE(into->prepare(copy, resend));
    EXPECT_TRUE(into->announce());
    const auto aside = into->switch_over("now");
    EXPECT_TRUE(aside) << aside.error().detail;
    EXPECT_TRUE(into->finish());
    return aside.value_or("");
  }
  std::set<std::string> files() const {
    std::set<std::string> names;
    for (const auto& entry : fs::directory_iterator(directory + "/data"))
      names.insert(entry.path().filename());
    return names;
  }

  std::string directory;
  std::string copy;
};

TEST_F(Restore, PutsTheCopyInPlaceAndKeepsWhatWasThere) {
  const auto aside = restore();
  EXPECT_EQ(aside, path() + ".before-restore-now");
  EXPECT_EQ(files(),
            (std::set<std::string>{"service.db", "service.db.lock", "service.db.before-restore-now"}));
  const auto db = open();
  EXPECT_EQ(count(*db, "notes"), 3);
  EXPECT_EQ(count(*db, "audit WHERE action = 'store.restored'"), 1);
  EXPECT_EQ(db->read([](Tx& tx) { return Audit::verify(tx); }), 4);
  EXPECT_EQ(db->read([](Tx& tx) { return Outbox::depth(tx); })->waiting, 3) << "everything goes out again";
  EXPECT_EQ(count(*open(aside), "notes"), 4);
}

TEST_F(Restore, IntoAnEmptyPlace) {
  fs::remove_all(directory + "/data");
  EXPECT_EQ(target()->occupied(), false);
  EXPECT_EQ(restore(), "");
  EXPECT_EQ(count(*open(), "notes"), 3);
}

TEST_F(Restore, RefusesWhileAServiceRuns) {
  const auto db = open();
  const auto refused = RestoreTarget::open(url());
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().problem, "database-in-use");
}

TEST_F(Restore, KeepsServicesAwayWhileItRuns) {
  const auto into = target();
  EXPECT_EQ(into->occupied(), true);
  const auto refused = Database::open(url(), kNotes);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().problem, "database-in-use");
}

TEST_F(Restore, AFailureBeforeTheSwitchLeavesWhatWasThere) {
  {
    const auto into = target();
    const auto failed = into->prepare(copy, [](Tx& tx) -> Status {
      RESCUE_TRY(add_note(99)(tx));
      return fail(ErrorCode::kInternal, "internal-error", "no");
    });
    EXPECT_FALSE(failed);
    EXPECT_FALSE(into->prepare(directory + "/missing", resend));
    std::ofstream(directory + "/garbage") << std::string(8'192, 'x');
    EXPECT_FALSE(into->prepare(directory + "/garbage", resend));
  }
  EXPECT_EQ(files(), (std::set<std::string>{"service.db", "service.db.lock"}));
  EXPECT_EQ(count(*open(), "notes"), 4);
}

TEST_F(Restore, OneThatDidNotEndKeepsServicesAwayUntilItIsRunAgain) {
  for (const bool switched : {false, true}) {
    {
      const auto into = target();
      ASSERT_TRUE(into->prepare(copy, resend));
      ASSERT_TRUE(into->announce());
      if (switched) {
        ASSERT_TRUE(into->switch_over("first"));
      }
    }
    const auto refused = Database::open(url(), kNotes);
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().problem, "restore-unfinished");
  }
  restore();
  EXPECT_EQ(count(*open(), "notes"), 3);
  EXPECT_EQ(count(*open(path() + ".before-restore-first"), "notes"), 4);
}

/// What a killed service leaves: a log beside the file, not yet taken into it.
TEST_F(Restore, TheLogOfAKilledServiceGoesWithItsDatabase) {
  const auto killed = directory + "/killed";
  {
    const auto db = open();
    add(*db, 5);
    fs::copy(directory + "/data", killed);
  }
  ASSERT_TRUE(fs::file_size(killed + "/service.db-wal") > 0);
  fs::remove_all(directory + "/data");
  fs::rename(killed, directory + "/data");
  const auto aside = restore();
  EXPECT_EQ(count(*open(), "notes"), 3);
  EXPECT_EQ(count(*open(aside), "notes"), 5);
}

TEST_F(Restore, ADamagedDatabaseIsPutAsideAsItIs) {
  fs::resize_file(path(), 100);
  std::ofstream(path() + "-wal") << "a log that fits nothing";
  const auto aside = restore();
  EXPECT_EQ(count(*open(), "notes"), 3);
  EXPECT_EQ(fs::file_size(aside), 100U);
  EXPECT_TRUE(fs::exists(aside + "-wal"));
}

TEST_F(Restore, NeverPutsTwoDatabasesAsideUnderOneName) {
  restore();
  const auto into = target();
  ASSERT_TRUE(into->prepare(copy, resend));
  EXPECT_EQ(into->switch_over("now").error().code, ErrorCode::kConflict);
  EXPECT_EQ(count(*open(path() + ".before-restore-now"), "notes"), 4);
}

TEST_F(Restore, RefusesACopyOfANewerProgram) {
  {
    auto db = *Database::open(url(copy), kNotes);
    EXPECT_TRUE(db->write([](Tx& tx) {
      return tx.execute(
          "INSERT INTO schema_migrations (component, number, name, applied_us) VALUES ('store', 999, 'x', "
          "0)");
    }));
  }
  const auto refused = target()->prepare(copy, resend);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().problem, "database-newer");
}

}  // namespace
}  // namespace rescue::store
