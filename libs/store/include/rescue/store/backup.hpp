#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <memory>
#include <span>
#include <string>

#include "rescue/base/clock.hpp"
#include "rescue/store/database.hpp"

namespace rescue::store {

/// By what a database is known to be the one that was copied.
struct Contents {
  std::map<std::string, std::int64_t> migrations;  ///< component → number of its last migration
  std::int64_t audit_rows = 0;
  std::string audit_head;  ///< hash of the last audit row
  std::int64_t outbox_rows = 0;
  bool operator==(const Contents&) const = default;
};
/// Walks the whole audit chain: kCorrupt ("audit-chain-broken").
Result<Contents> read_contents(Tx& tx);

/// A service's database as a backup uses it, beside the running service. One thread at a time.
class BackupSource {
 public:
  /// `url` as for Database::open. Nothing is created: kUnavailable where no database is.
  static Result<std::unique_ptr<BackupSource>> open(const std::string& url);
  virtual ~BackupSource() = default;

  /// Lets transactions under way end; none can begin until `let_writers_go`, they wait. kUnavailable when
  /// `deadline` comes first.
  /// PostgreSQL: of all replicas.
  virtual Status hold_writers(std::chrono::steady_clock::time_point deadline) = 0;
  /// What is read and copied from now on is what is there now.
  virtual Status fix_moment() = 0;
  virtual void let_writers_go() noexcept = 0;
  /// Of the fixed moment.
  virtual Result<Contents> contents() = 0;
  /// Copies the fixed moment into a new file (mode 0600), durable when it returns.
  virtual Status copy_to(const std::string& path) = 0;
};

struct CutOptions {
  std::chrono::milliseconds hold_max{900};  ///< of any writer, from the first stop to the last release
  int tries = 10;
};
struct Cut {
  Timestamp at;
  std::chrono::microseconds held{};  ///< how long the first that was stopped had to wait
};
/// Fixes one moment over all `sources`: no transaction of any of them is on both sides of it, so what one
/// service says it has sent and another has handled fits together. kUnavailable when their writers could not
/// be stopped together within `hold_max`, in none of the tries; they go on in any case.
Result<Cut> cut(std::span<BackupSource* const> sources, const Clock& clock, const CutOptions& options = {});

/// "sqlite" or "postgresql"; kInvalid ("bad-database-url") for a URL of neither.
Result<std::string> backend_of(const std::string& url);
/// Checks a copy by itself. SQLite: no damage, the audit chain whole, and its contents as `expected`.
/// PostgreSQL, whose copies only a server can open: all of it can be read and unpacked. kCorrupt
/// ("bad-backup") otherwise. Changes nothing beside it.
Status verify_copy(const std::string& backend, const std::string& path, const Contents& expected);

}  // namespace rescue::store
