#include "rescue/store/database.hpp"

#include <gtest/gtest.h>

namespace rescue::store {
namespace {

constexpr EmbeddedFile kMigrations[] = {
    {"migrations/0001_notes.sql", "CREATE TABLE notes (id BIGINT PRIMARY KEY, text TEXT);"}};

TEST(Database, ReadsWhatWasWritten) {
  auto db = Database::open("sqlite://:memory:", kMigrations);
  ASSERT_TRUE(db) << db.error().detail;
  ASSERT_TRUE((*db)->write([](Tx& tx) -> Result<std::int64_t> {
    return tx.execute("INSERT INTO notes (id, text) VALUES (?, ?)", {1, std::string("a\0b", 3)});
  }));
  const auto row = (*db)->read([](Tx& tx) { return tx.find("SELECT text FROM notes WHERE id = ?", {1}); });
  ASSERT_TRUE(row && *row);
  EXPECT_EQ((*row)->text(0), std::string("a\0b", 3));
}

}  // namespace
}  // namespace rescue::store
