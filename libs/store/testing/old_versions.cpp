#include "rescue/store/testing/old_versions.hpp"

#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>

#include "rescue/store/database.hpp"
#include "rescue/store/testing/postgres_server.hpp"

namespace rescue::store::testing {
namespace {

namespace fs = std::filesystem;

void expect_from(std::size_t version, const std::string& url, std::span<const EmbeddedFile> migrations,
                 const std::vector<OldRow>& rows) {
  SCOPED_TRACE("from version " + std::to_string(version) + " of " + url);
  {
    auto old = Database::open(url, migrations.first(version));
    ASSERT_TRUE(old) << old.error().detail;
    for (const OldRow& row : rows) {
      if (row.since > version || row.before <= version) continue;
      const auto put = (*old)->write([&](Tx& tx) { return tx.execute(row.insert); });
      ASSERT_TRUE(put) << put.error().detail;
    }
  }
  auto now = Database::open(url, migrations);
  ASSERT_TRUE(now) << now.error().detail;
  for (const OldRow& row : rows) {
    if (row.since > version || row.before <= version) continue;
    const auto found = (*now)->read([&](Tx& tx) { return tx.find(row.select); });
    ASSERT_TRUE(found) << found.error().detail;
    ASSERT_TRUE(*found) << row.select;
    EXPECT_EQ((*found)->text(0), row.expected);
  }
}

}  // namespace

void expect_rows_to_survive(std::span<const EmbeddedFile> migrations, const std::vector<OldRow>& rows) {
  std::string directory = fs::temp_directory_path() / "rescue-versions-XXXXXX";
  ASSERT_NE(::mkdtemp(directory.data()), nullptr);
  for (std::size_t version = 0; version < migrations.size(); ++version) {
    expect_from(version, "sqlite://" + directory + "/" + std::to_string(version) + ".db", migrations, rows);
    expect_from(version, PostgresServer::shared().new_database(), migrations, rows);
  }
  fs::remove_all(directory);
}

}  // namespace rescue::store::testing
