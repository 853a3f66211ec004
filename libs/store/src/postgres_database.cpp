#include "postgres_database.hpp"

#include "postgres_connection.hpp"
#include "queued_database.hpp"

namespace rescue::store {
namespace {

/// For each process: replicas and services share the server's max_connections.
constexpr std::size_t kReadersMax = 8;

Status check_encoding(Connection& connection) {
  RESCUE_ASSIGN(const auto rows, connection.query("SHOW server_encoding", {}));
  if (rows.at(0).text(0) == "UTF8") return {};
  return fail(ErrorCode::kInvalid, "bad-database-url",
              "the database is encoded in " + rows.at(0).text(0) + " and must be in UTF8");
}

}  // namespace

Result<std::unique_ptr<Database>> open_postgres(const std::string& url,
                                                std::span<const EmbeddedFile> migrations) {
  const auto server = std::make_shared<PostgresServer>(url);
  {
    RESCUE_ASSIGN(auto connection, PostgresConnection::open(server, PostgresConnection::Use::kMigrate));
    RESCUE_TRY(check_encoding(*connection));
    RESCUE_TRY(migrate_all(*connection, migrations));
  }
  QueuedDatabase::Parts parts;
  RESCUE_ASSIGN(parts.writer, PostgresConnection::open(server, PostgresConnection::Use::kWrite));
  parts.open_reader = [server] { return PostgresConnection::open(server, PostgresConnection::Use::kRead); };
  parts.readers_max = kReadersMax;
  parts.shared = true;
  return std::make_unique<QueuedDatabase>(std::move(parts));
}

}  // namespace rescue::store
