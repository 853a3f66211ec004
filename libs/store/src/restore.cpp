#include "rescue/store/restore.hpp"

#include "connection_tx.hpp"
#include "migration.hpp"
#include "postgres_database.hpp"
#include "postgres_restore.hpp"
#include "rescue/store/backup.hpp"
#include "restore_work.hpp"
#include "sqlite_database.hpp"
#include "sqlite_restore.hpp"

// Made by rescue_embed() from migrations/.
extern const std::span<const rescue::EmbeddedFile> rescue_store_migrations;

namespace rescue::store {

Status finish_copy(Connection& connection, const Database::Work& last) {
  RESCUE_TRY(migrate(connection, "store", rescue_store_migrations));
  RESCUE_TRY(connection.begin());
  std::vector<std::function<void()>> none;
  ConnectionTx tx(connection, none);
  Status done = last(tx);
  if (done) done = connection.commit();
  if (connection.in_transaction()) connection.rollback();
  return done;
}

Result<std::unique_ptr<RestoreTarget>> RestoreTarget::open(const std::string& url) {
  RESCUE_ASSIGN(const auto backend, backend_of(url));
  if (backend == "postgresql") return PostgresRestoreTarget::open(url);
  return SqliteRestoreTarget::open(url.substr(kSqliteScheme.size()));
}

}  // namespace rescue::store
