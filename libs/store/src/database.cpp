#include "rescue/store/database.hpp"

#include "postgres_database.hpp"
#include "sqlite_database.hpp"

namespace rescue::store {

Result<std::unique_ptr<Database>> Database::open(const std::string& url,
                                                 std::span<const EmbeddedFile> migrations) {
  if (url.starts_with(kPostgresScheme)) return open_postgres(url, migrations);
  if (url.starts_with(kVolatileScheme)) {
    return open_sqlite(url.substr(kVolatileScheme.size()), migrations, Writing::kVolatileInCaller);
  }
  const std::string path = url.starts_with(kSqliteScheme) ? url.substr(kSqliteScheme.size()) : "";
  if (path == kPrivatePath || path.starts_with('/')) return open_sqlite(path, migrations);
  return fail(ErrorCode::kInvalid, "bad-database-url",
              "must be sqlite:///absolute/path.db, sqlite://:memory: or postgresql://user@host/name");
}

}  // namespace rescue::store
