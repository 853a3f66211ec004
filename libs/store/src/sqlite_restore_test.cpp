#include <unistd.h>

#include <filesystem>
#include <fstream>

#include "contract.hpp"
#include "rescue/store/backup.hpp"
#include "rescue/store/restore.hpp"

namespace rescue::store {
namespace {

namespace fs = std::filesystem;

/// A database with the note 1 and its copy; more notes are of the time after it.
class SqliteRestore : public ::testing::Test {
 protected:
  SqliteRestore() {
    std::string name = fs::temp_directory_path() / "rescue-restore-XXXXXX";
    directory = ::mkdtemp(name.data());
    const auto db = open(path());
    EXPECT_TRUE(db->write_status(add_note(1)));
    const auto source = *BackupSource::open("sqlite://" + path());
    BackupSource* const sources[] = {source.get()};
    EXPECT_TRUE(cut(sources, SystemClock()));
    EXPECT_TRUE(source->copy_to(directory + "/copy"));
    EXPECT_TRUE(db->write_status(add_note(2)));
  }
  ~SqliteRestore() override { fs::remove_all(directory); }

  std::string path() const { return directory + "/data/service.db"; }
  static std::unique_ptr<Database> open(const std::string& at) {
    auto opened = Database::open("sqlite://" + at, kNotes);
    if (!opened) throw std::runtime_error(opened.error().detail);
    return *std::move(opened);
  }
  static std::int64_t notes(const std::string& at) {
    return (*open(at)->read([](Tx& tx) { return tx.find("SELECT COUNT(*) FROM notes"); }))->integer(0);
  }
  static Status nothing(Tx& /*tx*/) { return {}; }
  std::string restore() const {
    const auto into = *RestoreTarget::open("sqlite://" + path());
    EXPECT_TRUE(into->prepare(directory + "/copy", nothing));
    EXPECT_TRUE(into->announce());
    const auto aside = into->switch_over("now");
    EXPECT_TRUE(aside) << aside.error().detail;
    EXPECT_TRUE(into->finish());
    return aside.value_or("");
  }
  std::set<std::string> files() const {
    std::set<std::string> names;
    for (const auto& entry : fs::directory_iterator(directory + "/data")) {
      names.insert(entry.path().filename());
    }
    return names;
  }

  std::string directory;
};

TEST_F(SqliteRestore, LeavesTheDatabaseAndTheFormerOneAndNothingElse) {
  EXPECT_EQ(restore(), path() + ".before-restore-now");
  EXPECT_EQ(files(),
            (std::set<std::string>{"service.db", "service.db.lock", "service.db.before-restore-now"}));
}

TEST_F(SqliteRestore, KeepsServicesAwayFromTheBeginning) {
  const auto into = *RestoreTarget::open("sqlite://" + path());
  const auto refused = Database::open("sqlite://" + path(), kNotes);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().problem, "database-in-use");
}

TEST_F(SqliteRestore, SaysThatOneDidNotEnd) {
  ASSERT_TRUE((*RestoreTarget::open("sqlite://" + path()))->announce());
  const auto refused = Database::open("sqlite://" + path(), kNotes);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().problem, "restore-unfinished");
}

TEST_F(SqliteRestore, WhatWasPreparedInVainGoes) {
  {
    const auto into = *RestoreTarget::open("sqlite://" + path());
    EXPECT_TRUE(into->prepare(directory + "/copy", nothing));
    EXPECT_TRUE(files().contains("service.db.restored"));
  }
  EXPECT_EQ(files(), (std::set<std::string>{"service.db", "service.db.lock"}));
}

/// What a killed service leaves: a log beside the file, not yet taken into it.
TEST_F(SqliteRestore, TheLogOfAKilledServiceGoesWithItsDatabase) {
  const auto killed = directory + "/killed";
  {
    const auto db = open(path());
    EXPECT_TRUE(db->write_status(add_note(3)));
    fs::copy(directory + "/data", killed);
  }
  ASSERT_GT(fs::file_size(killed + "/service.db-wal"), 0U);
  fs::remove_all(directory + "/data");
  fs::rename(killed, directory + "/data");
  const auto aside = restore();
  EXPECT_EQ(notes(path()), 1);
  EXPECT_EQ(notes(aside), 3);
}

TEST_F(SqliteRestore, ADamagedDatabaseIsPutAsideAsItIs) {
  fs::resize_file(path(), 100);
  std::ofstream(path() + "-wal") << "a log that fits nothing";
  const auto aside = restore();
  EXPECT_EQ(notes(path()), 1);
  EXPECT_EQ(fs::file_size(aside), 100U);
  EXPECT_TRUE(fs::exists(aside + "-wal"));
}

}  // namespace
}  // namespace rescue::store
