#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <initializer_list>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>
#include <variant>
#include <vector>

#include "rescue/base/embedded.hpp"
#include "rescue/base/result.hpp"

namespace rescue::store {

/// NULL, integer (also times in µs and booleans), or text/bytes. Texts may hold any bytes.
using Value = std::variant<std::monostate, std::int64_t, std::string>;
/// Values from optional things.
Value maybe(const std::optional<std::string>& text);
Value maybe(const std::optional<std::int64_t>& integer);

/// One result row; columns by position from 0. A NULL reads as 0 or "".
class Row {
 public:
  explicit Row(std::vector<Value> values) : values_(std::move(values)) {}
  std::int64_t integer(std::size_t column) const;
  const std::string& text(std::size_t column) const;
  bool is_null(std::size_t column) const;
  std::optional<std::string> optional_text(std::size_t column) const;
  std::optional<std::int64_t> optional_integer(std::size_t column) const;

 private:
  std::vector<Value> values_;
};

class Tx;

/// Runs `work`, which returns an R (a Result<T> or Status), by `how`, which runs works that return a Status.
template <class R, class F, class How>
R with_status(F& work, How&& how) {
  if constexpr (std::is_same_v<R, Status>) {
    return how(work);
  } else {
    std::optional<R> out;
    const Status status = how([&](Tx& tx) -> Status {
      out.emplace(work(tx));
      if (!*out) return fail(out->error());
      return {};
    });
    if (!status) return fail(status.error());
    return std::move(*out);
  }
}

/// What can be done inside one transaction. SQL uses `?` for parameters, and only what SQLite and PostgreSQL
/// share (INSERT … ON CONFLICT DO NOTHING, RETURNING; no INSERT OR REPLACE). A failed statement fails the
/// work, also one that overlooks it: what may fail goes into `attempt`. BEGIN, COMMIT, SAVEPOINT and the like
/// are refused. Lives as long as the callback it was given to.
class Tx {
 public:
  virtual ~Tx() = default;
  virtual Result<std::vector<Row>> query(std::string_view sql, std::initializer_list<Value> params = {}) = 0;
  /// Rows changed. kConflict ("unique-violation") when a unique or primary key is hit.
  virtual Result<std::int64_t> execute(std::string_view sql, std::initializer_list<Value> params = {}) = 0;
  /// Runs after this transaction is durable, on the writer's thread and before the write returns; not at all
  /// if it is rolled back. Must not block or throw.
  virtual void after_commit(std::function<void()> action) = 0;
  /// Runs `work` as a part of this transaction that may fail: an error takes back its writes only, is
  /// returned, and the transaction goes on. The database being away or damaged fails the whole all the same.
  virtual Status attempt_status(const std::function<Status(Tx&)>& work) = 0;
  /// As above, for work that returns a Result<T>.
  template <class F>
  auto attempt(F&& work) -> std::invoke_result_t<F, Tx&> {
    using R = std::invoke_result_t<F, Tx&>;
    return with_status<R>(work, [this](const auto& inner) { return attempt_status(inner); });
  }

  /// First row or nothing.
  Result<std::optional<Row>> find(std::string_view sql, std::initializer_list<Value> params = {});
};

/// One service's database. Waiting transactions are grouped into one commit by one writer thread, each in its
/// own savepoint; all writers of a database take turns, so that each sees all that was committed before it.
/// SQLite: one owner process, a second one is refused. PostgreSQL: several processes may share it.
/// Thread-safe.
class Database {
 public:
  /// `url`: "sqlite:///absolute/path.db", "sqlite://:memory:" or "postgresql://user@host/name?…" (as libpq
  /// reads it; the database exists and is encoded in UTF8). Runs the migrations that are missing, in order of
  /// their number ("0001_name.sql"), each in a transaction, first the library's own (outbox, inbox, audit …),
  /// then `migrations`; of several processes that open it at once one runs them. kUnavailable
  /// ("database-in-use") when another process owns the file, ("database-unavailable") when PostgreSQL is
  /// away; kCorrupt when the database is newer than this program. SQLite's file is created, readable by its
  /// owner only, with its directory. ":memory:" is a private file in the directory for temporary files that
  /// goes with the object: for tests. "sqlite-volatile:///absolute/path.db" runs each write in its caller's
  /// thread and makes nothing durable: for programs that play all services in one thread (tests/simulation).
  static Result<std::unique_ptr<Database>> open(const std::string& url,
                                                std::span<const EmbeddedFile> migrations);
  virtual ~Database() = default;

  using Work = std::function<Status(Tx&)>;
  /// Runs `work` in a write transaction and returns when it is durable. An error from `work` rolls only it
  /// back and is returned. An exception rolls back and is rethrown here. Do not call from inside a
  /// transaction (it would wait for itself).
  virtual Status write_status(const Work& work) = 0;
  /// As `write_status`, for what nobody waits for: it goes into the next commit that another write makes, and
  /// has one of its own only when none comes within 20 ms.
  virtual Status write_along(const Work& work) = 0;
  /// Several works at once, in their order, normally in one commit; each succeeds or is rolled back alone, as
  /// with `write_status`, and its status stands at its place. Here an exception gives kInternal
  /// ("exception").
  virtual std::vector<Status> write_each(std::span<const Work> works) = 0;
  /// Runs `work` on a consistent snapshot; writing in it fails.
  virtual Status read_status(const Work& work) = 0;
  /// True when other processes may write to it too: what was committed there is seen by looking only.
  virtual bool shared() const = 0;

  /// As above, for work that returns a Result<T>:  auto id = db.write([&](Tx& tx) -> Result<std::string>
  /// {…});
  template <class F>
  auto write(F&& work) -> std::invoke_result_t<F, Tx&> {
    return with_status<std::invoke_result_t<F, Tx&>>(
        work, [this](const auto& inner) { return write_status(inner); });
  }
  template <class F>
  auto read(F&& work) -> std::invoke_result_t<F, Tx&> {
    return with_status<std::invoke_result_t<F, Tx&>>(
        work, [this](const auto& inner) { return read_status(inner); });
  }
};

}  // namespace rescue::store
