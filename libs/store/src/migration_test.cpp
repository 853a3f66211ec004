#include "migration.hpp"

#include "contract.hpp"

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

}  // namespace
}  // namespace rescue::store
