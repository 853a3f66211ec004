#include "migration.hpp"

#include <filesystem>
#include <fstream>

#include "contract.hpp"
#include "postgres_connection.hpp"
#include "rescue/store/outbox.hpp"
#include "sqlite_connection.hpp"

// Made by rescue_embed() from migrations/.
extern const std::span<const rescue::EmbeddedFile> rescue_store_migrations;

namespace rescue::store {
namespace {

class MigrationContract : public Contract {
 protected:
  Result<std::unique_ptr<Database>> open(std::span<const EmbeddedFile> migrations) const {
    return Database::open(url, migrations);
  }
};
RESCUE_STORE_CONTRACT(MigrationContract);

TEST(Migrations, AreNumberedWithoutGaps) {
  using Files = std::vector<EmbeddedFile>;
  EXPECT_TRUE(migrations_in_order(Files{}));
  EXPECT_EQ(migrations_in_order(Files{{"m/0002_b.sql", ""}, {"m/0001_a.sql", ""}})->at(0).name, "0001_a.sql");
  for (const Files& bad :
       {Files{{"0002_b.sql", ""}}, Files{{"0001_a.sql", ""}, {"0001_b.sql", ""}}, Files{{"a.sql", ""}},
        Files{{"0001.sql", ""}}, Files{{"", ""}}, Files{{"0000_a.sql", ""}}, Files{{"-1_a.sql", ""}}}) {
    EXPECT_FALSE(migrations_in_order(bad));
  }
}

TEST_P(MigrationContract, RefusesADatabaseThatIsNewerThanTheProgram) {
  db.reset();
  const auto older = open(std::span(kNotes).subspan(1));
  ASSERT_FALSE(older);
  EXPECT_EQ(older.error().code, ErrorCode::kCorrupt);
  EXPECT_EQ(older.error().problem, "database-newer");
  EXPECT_TRUE(open(kNotes));
}

TEST_P(MigrationContract, GoesStepByStepAndTakesAFailedStepBack) {
  ASSERT_TRUE(write(add_note(1)));
  db.reset();
  std::vector<EmbeddedFile> more(std::begin(kNotes), std::end(kNotes));
  more.push_back({"0003_bad.sql", "ALTER TABLE notes ADD COLUMN extra TEXT; CREATE TABLE notes (id TEXT);"});
  const auto failed = open(more);
  ASSERT_FALSE(failed);
  EXPECT_NE(failed.error().detail.find("0003_bad.sql"), std::string::npos);
  more.back().bytes = "ALTER TABLE notes ADD COLUMN extra TEXT; -- the end";
  auto opened = open(more);
  ASSERT_TRUE(opened) << opened.error().detail;
  db = std::move(*opened);
  EXPECT_EQ(count("notes"), 1);
  const auto rows = db->read([](Tx& tx) {
    return tx.query("SELECT name FROM schema_migrations WHERE component = 'service' ORDER BY number");
  });
  ASSERT_EQ(rows->size(), 3U);
  EXPECT_EQ(rows->at(2).text(0), "0003_bad.sql");
}

/// What each table of the library held since its first version.
constexpr std::pair<const char*, const char*> kOldRows[] = {
    {"counters", "INSERT INTO counters (name, value) VALUES ('outbox', 7)"},
    {"outbox",
     "INSERT INTO outbox (number, id, recipient, incident_id, sequence, encoded, created_us)"
     " VALUES (7, 'msg_7', 'workflow', 'inc_a', 3, 'body', 5)"},
    {"outbox_sequence",
     "INSERT INTO outbox_sequence (recipient, incident_id, last) VALUES ('workflow', 'inc_a', 3)"},
    {"inbox",
     "INSERT INTO inbox (id, sender, incident_id, sequence, accepted_us) VALUES ('msg_1', 'intake', 'inc_a', "
     "1,"
     " 5)"},
    {"inbox_sequence",
     "INSERT INTO inbox_sequence (sender, incident_id, last) VALUES ('intake', 'inc_a', 1)"},
    {"parked",
     "INSERT INTO parked (sender, incident_id, sequence, encoded, parked_us) VALUES ('intake', 'inc_a', 3, "
     "'x',"
     " 5)"},
    {"dead_letters",
     "INSERT INTO dead_letters (number, message_id, type, incident_id, encoded, reason, failed_us, state, "
     "note)"
     " VALUES (1, 'msg_2', 't', 'inc_a', 'x', 'why', 5, 'waiting', '')"},
    {"audit",
     "INSERT INTO audit (number, at_us, incident_id, actor, action, reason, details, hash)"
     " VALUES (1, 5, 'inc_a', 'system', 'a', '', '{}', 'h')"},
    {"idempotency",
     "INSERT INTO idempotency (caller, key, request_sha256, status, content_type, headers, body, settled,"
     " created_us) VALUES ('k', '1', 'h', 201, 'application/json', '[]', '{}', 1, 5)"}};

/// A connection that can migrate.
Result<std::unique_ptr<Connection>> connect(const std::string& url) {
  if (url.starts_with("postgresql:")) {
    return PostgresConnection::open(std::make_shared<PostgresServer>(url), PostgresConnection::Use::kMigrate);
  }
  const std::string path = url.substr(std::string("sqlite://").size());
  std::filesystem::create_directories(std::filesystem::path(path).parent_path());
  std::ofstream(path).flush();
  return SqliteConnection::open(path, SqliteConnection::Use::kWrite);
}

TEST_P(MigrationContract, RowsOfEachEarlierVersionSurvive) {
  for (std::size_t version = 1; version < rescue_store_migrations.size(); ++version) {
    const std::string old_url = GetParam().make();
    {
      auto old = connect(old_url);
      ASSERT_TRUE(old) << old.error().detail;
      ASSERT_TRUE(migrate(**old, "store", rescue_store_migrations.first(version)));
      for (const auto& [table, insert] : kOldRows) ASSERT_TRUE((*old)->execute(insert, {})) << table;
    }
    auto now = Database::open(old_url, kNotes);
    ASSERT_TRUE(now) << now.error().detail;
    db = std::move(*now);
    for (const auto& [table, insert] : kOldRows) EXPECT_EQ(count(table), 1) << table << " from " << version;
    // What was not yet sent is sent, by whichever replica looks first.
    EXPECT_EQ(db->write([](Tx& tx) { return Outbox::adopt_strays(tx, "a", 100, 100); }), 1);
  }
}

}  // namespace
}  // namespace rescue::store
