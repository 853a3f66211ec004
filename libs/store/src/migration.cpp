#include "migration.hpp"

#include <algorithm>
#include <charconv>

#include "rescue/base/clock.hpp"

namespace rescue::store {
namespace {

constexpr auto kTable =
    "CREATE TABLE IF NOT EXISTS schema_migrations (component TEXT NOT NULL, number BIGINT NOT NULL,"
    " name TEXT NOT NULL, applied_us BIGINT NOT NULL, PRIMARY KEY (component, number))";

Result<std::int64_t> latest(SqliteConnection& connection, const std::string& component) {
  RESCUE_ASSIGN(const auto rows,
                connection.query("SELECT COALESCE(MAX(number), 0) FROM schema_migrations WHERE component = ?",
                                 {component}));
  return rows.at(0).integer(0);
}

Status apply(SqliteConnection& connection, const std::string& component, const Migration& migration) {
  RESCUE_TRY(connection.script("BEGIN IMMEDIATE"));
  Status status = connection.script(migration.sql);
  if (status) {
    const auto inserted = connection.execute(
        "INSERT INTO schema_migrations (component, number, name, applied_us) VALUES (?, ?, ?, ?)",
        {component, migration.number, migration.name, to_us(SystemClock().now())});
    if (!inserted) status = fail(inserted.error());
  }
  if (status) status = connection.script("COMMIT");
  if (status) return {};
  if (connection.in_transaction()) RESCUE_TRY(connection.script("ROLLBACK"));
  Error error = status.error();
  error.detail = component + " migration " + migration.name + ": " + error.detail;
  return fail(std::move(error));
}

}  // namespace

Result<std::vector<Migration>> migrations_in_order(std::span<const EmbeddedFile> files) {
  std::vector<Migration> out;
  for (const EmbeddedFile& file : files) {
    Migration migration;
    migration.name = file.name.substr(file.name.rfind('/') + 1);
    migration.sql = file.bytes;
    const char* begin = migration.name.data();
    const auto [end, fault] = std::from_chars(begin, begin + migration.name.size(), migration.number);
    if (fault != std::errc() || *end != '_') {
      return fail(ErrorCode::kInternal, "bad-migration",
                  migration.name + ": the name must be like 0001_name.sql");
    }
    out.push_back(std::move(migration));
  }
  std::sort(out.begin(), out.end(), [](const auto& a, const auto& b) { return a.number < b.number; });
  for (std::size_t i = 0; i < out.size(); ++i) {
    if (out[i].number != static_cast<std::int64_t>(i) + 1) {
      return fail(ErrorCode::kInternal, "bad-migration",
                  out[i].name + ": number " + std::to_string(i + 1) + " is missing or stands twice");
    }
  }
  return out;
}

Status migrate(SqliteConnection& connection, const std::string& component,
               std::span<const EmbeddedFile> files) {
  RESCUE_ASSIGN(const auto migrations, migrations_in_order(files));
  RESCUE_TRY(connection.script(kTable));
  RESCUE_ASSIGN(const std::int64_t done, latest(connection, component));
  if (done > static_cast<std::int64_t>(migrations.size())) {
    return fail(ErrorCode::kCorrupt, "database-newer",
                "the database has " + component + " migration " + std::to_string(done) +
                    ", this program knows up to " + std::to_string(migrations.size()) +
                    ": it was written by a newer program");
  }
  for (const Migration& migration : migrations) {
    if (migration.number > done) RESCUE_TRY(apply(connection, component, migration));
  }
  return {};
}

}  // namespace rescue::store
