#pragma once

#include <functional>
#include <memory>

#include "connection.hpp"
#include "postgres_server.hpp"

namespace pqxx {
class result;
}

namespace rescue::store {

/// One connection to PostgreSQL with its prepared statements. A lost one is made anew by the next `begin`.
class PostgresConnection final : public Connection {
 public:
  /// kMigrate: as kWrite, but waits long for its turn.
  enum class Use { kWrite, kRead, kMigrate };
  static Result<std::unique_ptr<Connection>> open(std::shared_ptr<PostgresServer> server, Use use);
  ~PostgresConnection() override;

  Result<std::vector<Row>> query(std::string_view sql, std::initializer_list<Value> params) override;
  Result<std::int64_t> execute(std::string_view sql, std::initializer_list<Value> params) override;
  Status script(const std::string& sql) override;
  Status begin() override;
  Status commit() override;
  void rollback() override;
  Status savepoint(const std::string& name) override;
  Status release(const std::string& name) override;
  Status rollback_to(const std::string& name) override;
  bool in_transaction() const override { return in_transaction_; }

 private:
  struct Session;
  PostgresConnection(std::shared_ptr<PostgresServer> server, Use use);
  Status connect();
  /// `use` of the session, its exceptions as errors. A session that was lost is dropped.
  Result<pqxx::result> guarded(const std::function<pqxx::result(Session&)>& use);
  Result<pqxx::result> run(std::string_view sql, std::initializer_list<Value> params);
  /// Statements without parameters, in one round trip; those put off by `release` come first.
  Status send(const std::string& sql);
  Error described(const std::string& sqlstate, const std::string& text) const;

  std::shared_ptr<PostgresServer> server_;
  Use use_;
  std::unique_ptr<Session> session_;
  bool in_transaction_ = false;
  std::string put_off_;  ///< RELEASEs that go with the next SAVEPOINT or COMMIT: a round trip saved
};

}  // namespace rescue::store
