#include "migration.hpp"

#include <algorithm>
#include <charconv>

#include "rescue/base/clock.hpp"

namespace rescue::store {
namespace {

constexpr auto kTable =
    "CREATE TABLE IF NOT EXISTS schema_migrations (component TEXT NOT NULL, number BIGINT NOT NULL,"
    " name TEXT NOT NULL, applied_us BIGINT NOT NULL, PRIMARY KEY (component, number))";

Result<std::int64_t> latest(Connection& connection, const std::string& component) {
  RESCUE_TRY(connection.execute(kTable, {}));
  RESCUE_ASSIGN(const auto rows,
                connection.query("SELECT COALESCE(MAX(number), 0) FROM schema_migrations WHERE component = ?",
                                 {component}));
  return rows.at(0).integer(0);
}

Status apply(Connection& connection, const std::string& component, const Migration& migration) {
  Status status = connection.script(migration.sql);
  if (status) {
    const auto inserted = connection.execute(
        "INSERT INTO schema_migrations (component, number, name, applied_us) VALUES (?, ?, ?, ?)",
        {component, migration.number, migration.name, to_us(SystemClock().now())});
    if (!inserted) status = fail(inserted.error());
  }
  if (status) return {};
  Error error = status.error();
  error.detail = component + " migration " + migration.name + ": " + error.detail;
  return fail(std::move(error));
}

/// Takes the next step, in the caller's transaction. False when there is none.
Result<bool> step(Connection& connection, const std::string& component,
                  const std::vector<Migration>& migrations) {
  RESCUE_ASSIGN(const std::int64_t done, latest(connection, component));
  const auto known = static_cast<std::int64_t>(migrations.size());
  if (done > known) {
    return fail(ErrorCode::kCorrupt, "database-newer",
                "the database has " + component + " migration " + std::to_string(done) +
                    ", this program knows up to " + std::to_string(known) +
                    ": it was written by a newer program");
  }
  if (done == known) return false;
  RESCUE_TRY(apply(connection, component, migrations[static_cast<std::size_t>(done)]));
  return true;
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

Status migrate(Connection& connection, const std::string& component, std::span<const EmbeddedFile> files) {
  RESCUE_ASSIGN(const auto migrations, migrations_in_order(files));
  bool more = true;
  while (more) {
    RESCUE_TRY(connection.begin());
    Result<bool> taken = step(connection, component, migrations);
    if (taken) {
      if (const Status committed = connection.commit(); !committed) taken = fail(committed.error());
    }
    if (!taken && connection.in_transaction()) connection.rollback();
    RESCUE_TRY(taken);
    more = *taken;
  }
  return {};
}

}  // namespace rescue::store
