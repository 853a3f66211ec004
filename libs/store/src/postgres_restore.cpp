#include "postgres_restore.hpp"

#include <chrono>
#include <functional>
#include <thread>

#include "postgres_connection.hpp"
#include "postgres_program.hpp"
#include "restore_work.hpp"

namespace rescue::store {
namespace {

/// Who has left, this program's own last connection among them, is shown and holds its lock until the server
/// has seen it.
constexpr std::chrono::seconds kLeavesWithin{2};
constexpr std::chrono::milliseconds kLookAgain{10};

/// Asks until it is so, or has not become so for long enough.
Result<bool> becomes_so(const std::function<Result<bool>()>& ask) {
  const auto deadline = std::chrono::steady_clock::now() + kLeavesWithin;
  while (true) {
    RESCUE_ASSIGN(const bool is_so, ask());
    if (is_so || std::chrono::steady_clock::now() >= deadline) return is_so;
    std::this_thread::sleep_for(kLookAgain);
  }
}

std::string quoted(const std::string& name) {
  return "\"" + name + "\"";  // a PostgresUrl's name holds no quotation mark
}

Result<std::unique_ptr<Connection>> connect(const std::string& url) {
  return PostgresConnection::open(std::make_shared<PostgresServer>(url), PostgresConnection::Use::kMigrate);
}

}  // namespace

Result<std::unique_ptr<RestoreTarget>> PostgresRestoreTarget::open(const std::string& url) {
  RESCUE_ASSIGN(PostgresUrl parsed, PostgresUrl::parse(url));
  RESCUE_ASSIGN(auto server, connect(parsed.with_name("postgres")));
  std::unique_ptr<PostgresRestoreTarget> target(
      new PostgresRestoreTarget(std::move(parsed), std::move(server)));
  // One restore at a time; the lock goes with the connection.
  RESCUE_ASSIGN(const bool alone, becomes_so([&]() -> Result<bool> {
                  RESCUE_ASSIGN(const auto rows,
                                target->server_->query("SELECT pg_try_advisory_lock(hashtext(?))",
                                                       {"rescue restore " + target->url_.name()}));
                  return rows.at(0).integer(0) == 1;
                }));
  if (!alone) {
    return fail(ErrorCode::kUnavailable, "database-in-use", target->url_.name() + " is being restored");
  }
  RESCUE_ASSIGN(const auto rows,
                target->server_->query("SELECT datallowconn, datcollate FROM pg_database WHERE datname = ?",
                                       {target->url_.name()}));
  target->there_ = !rows.empty();
  if (target->there_) {
    target->was_closed_ = rows.front().integer(0) == 0;
    target->locale_ = rows.front().text(1);
  }
  RESCUE_TRY(target->refuse_when_in_use());
  return std::unique_ptr<RestoreTarget>(std::move(target));
}

PostgresRestoreTarget::~PostgresRestoreTarget() {
  (void)server_->script("DROP DATABASE IF EXISTS " + quoted(prepared()));
}

Status PostgresRestoreTarget::refuse_when_in_use() {
  std::string client;
  RESCUE_ASSIGN(const bool is_free, becomes_so([&]() -> Result<bool> {
                  RESCUE_ASSIGN(
                      const auto rows,
                      server_->query(  // Of other users' sessions the type is not told.
                          "SELECT COALESCE(application_name, '') FROM pg_stat_activity WHERE datname = ?"
                          " AND COALESCE(backend_type, 'client backend') = 'client backend' LIMIT 1",
                          {url_.name()}));
                  if (!rows.empty()) client = rows.front().text(0);
                  return rows.empty();
                }));
  if (is_free) return {};
  return fail(ErrorCode::kUnavailable, "database-in-use",
              url_.name() + " is in use by a client (" + client + "): stop all services first");
}

Status PostgresRestoreTarget::allow_connections(const std::string& name, bool allow) {
  return server_->script("ALTER DATABASE " + quoted(name) + " ALLOW_CONNECTIONS " +
                         (allow ? "true" : "false"));
}

Result<bool> PostgresRestoreTarget::occupied() {
  if (!there_ || was_closed_) return there_;
  RESCUE_ASSIGN(auto connection, connect(url_.text()));
  RESCUE_ASSIGN(const auto rows,
                connection->query("SELECT COUNT(*) FROM pg_tables WHERE schemaname = 'public'", {}));
  return rows.at(0).integer(0) > 0;
}

Status PostgresRestoreTarget::prepare(const std::string& copy, const Database::Work& last) {
  const std::string name = quoted(prepared());
  RESCUE_TRY(server_->script("DROP DATABASE IF EXISTS " + name));
  RESCUE_TRY(server_->script("CREATE DATABASE " + name + " TEMPLATE template0 ENCODING 'UTF8' LOCALE '" +
                             locale_ + "'"));
  const std::string url = url_.with_name(prepared());
  RESCUE_TRY(
      run_postgres_program("pg_restore", {"--no-owner", "--no-privileges", "--no-password", "--exit-on-error",
                                          "--single-transaction", "--dbname=" + url, copy}));
  RESCUE_ASSIGN(auto connection, connect(url));
  return finish_copy(*connection, last);
}

Status PostgresRestoreTarget::announce() {
  if (!there_) return {};
  RESCUE_TRY(allow_connections(url_.name(), false));
  // Who came in since the first look would still be there.
  Status free = refuse_when_in_use();
  if (!free && !was_closed_) (void)allow_connections(url_.name(), true);
  return free;
}

Result<std::string> PostgresRestoreTarget::switch_over(const std::string& mark) {
  const std::string aside = url_.name() + "_before_restore_" + mark;
  std::string renames = "BEGIN; ALTER DATABASE " + quoted(prepared()) + " ALLOW_CONNECTIONS false;";
  if (there_) renames += "ALTER DATABASE " + quoted(url_.name()) + " RENAME TO " + quoted(aside) + ";";
  renames += "ALTER DATABASE " + quoted(prepared()) + " RENAME TO " + quoted(url_.name()) + "; COMMIT";
  if (const Status renamed = server_->script(renames); !renamed) {
    (void)server_->script("ROLLBACK");
    return fail(renamed.error());
  }
  if (there_) aside_ = aside;
  return aside_;
}

Status PostgresRestoreTarget::withdraw() {
  return !there_ || was_closed_ ? Status() : allow_connections(url_.name(), true);
}

Status PostgresRestoreTarget::finish() {
  if (!aside_.empty()) RESCUE_TRY(allow_connections(aside_, true));
  return allow_connections(url_.name(), true);
}

}  // namespace rescue::store
