#pragma once

#include "connection.hpp"
#include "postgres_url.hpp"
#include "rescue/store/restore.hpp"

namespace rescue::store {

/// Databases of one server: "<name>_restored" is prepared, "<name>_before_restore_<mark>" is what was there.
/// The user must own the database and be allowed to make others (CREATEDB). Works from the database
/// "postgres". Services are kept away by ALLOW_CONNECTIONS.
class PostgresRestoreTarget final : public RestoreTarget {
 public:
  static Result<std::unique_ptr<RestoreTarget>> open(const std::string& url);
  ~PostgresRestoreTarget() override;
  Result<bool> occupied() override;
  Status prepare(const std::string& copy, const Database::Work& last) override;
  Status announce() override;
  Status withdraw() override;
  Result<std::string> switch_over(const std::string& mark) override;
  Status finish() override;

 private:
  PostgresRestoreTarget(PostgresUrl url, std::unique_ptr<Connection> server)
      : url_(std::move(url)), server_(std::move(server)) {}
  std::string prepared() const { return url_.name() + "_restored"; }
  Status refuse_when_in_use();
  Status allow_connections(const std::string& name, bool allow);

  PostgresUrl url_;
  std::unique_ptr<Connection> server_;
  bool there_ = false;        ///< a database of that name
  bool was_closed_ = false;   ///< by a restore that did not end
  std::string locale_ = "C";  ///< of the database that was there
  std::string aside_;
};

}  // namespace rescue::store
