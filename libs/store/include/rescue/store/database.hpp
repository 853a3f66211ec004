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

/// What can be done inside one transaction. SQL uses `?` for parameters, and only what SQLite and PostgreSQL
/// share (INSERT … ON CONFLICT DO NOTHING, RETURNING; no INSERT OR REPLACE). Lives as long as the callback it
/// was given to.
class Tx {
 public:
  virtual ~Tx() = default;
  virtual Result<std::vector<Row>> query(std::string_view sql, std::initializer_list<Value> params = {}) = 0;
  /// Rows changed. kConflict ("unique-violation") when a unique or primary key is hit.
  virtual Result<std::int64_t> execute(std::string_view sql, std::initializer_list<Value> params = {}) = 0;
  /// Runs after this transaction is durable, on the writer's thread and before the write returns; not at all
  /// if it is rolled back. Must not block or throw.
  virtual void after_commit(std::function<void()> action) = 0;

  /// First row or nothing.
  Result<std::optional<Row>> find(std::string_view sql, std::initializer_list<Value> params = {});
};

/// One service's database. SQLite: WAL, synchronous FULL, one owner process (a second one is refused), one
/// writer thread that groups waiting transactions into one commit, each in its own savepoint. Thread-safe.
class Database {
 public:
  /// `url`: "sqlite:///absolute/path.db" or "sqlite://:memory:". Runs the migrations that are missing, in
  /// order of their number
  /// ("0001_name.sql"), each in a transaction, first the library's own (outbox, inbox, audit …), then
  /// `migrations`. kUnavailable ("database-in-use") when another process owns the file; kCorrupt when it is
  /// newer than this program. Creates the file, readable by its owner only, and its directory. ":memory:" is
  /// a private file in the directory for temporary files that goes with the object: for tests.
  static Result<std::unique_ptr<Database>> open(const std::string& url,
                                                std::span<const EmbeddedFile> migrations);
  virtual ~Database() = default;

  using Work = std::function<Status(Tx&)>;
  /// Runs `work` in a write transaction and returns when it is durable. An error from `work` rolls only it
  /// back and is returned. An exception rolls back and is rethrown here. Do not call from inside a
  /// transaction (it would wait for itself).
  virtual Status write_status(const Work& work) = 0;
  /// Several works at once, in their order, normally in one commit; each succeeds or is rolled back alone, as
  /// with `write_status`, and its status stands at its place. Here an exception gives kInternal
  /// ("exception").
  virtual std::vector<Status> write_each(std::span<const Work> works) = 0;
  /// Runs `work` on a consistent snapshot; writing in it fails.
  virtual Status read_status(const Work& work) = 0;

  /// As above, for work that returns a Result<T>:  auto id = db.write([&](Tx& tx) -> Result<std::string>
  /// {…});
  template <class F>
  auto write(F&& work) -> std::invoke_result_t<F, Tx&> {
    return run<F>(std::forward<F>(work), &Database::write_status);
  }
  template <class F>
  auto read(F&& work) -> std::invoke_result_t<F, Tx&> {
    return run<F>(std::forward<F>(work), &Database::read_status);
  }

 private:
  template <class F>
  auto run(F&& work, Status (Database::*how)(const Work&)) -> std::invoke_result_t<F, Tx&> {
    using R = std::invoke_result_t<F, Tx&>;
    if constexpr (std::is_same_v<R, Status>) {
      return (this->*how)(work);
    } else {
      std::optional<R> out;
      const Status status = (this->*how)([&](Tx& tx) -> Status {
        out.emplace(work(tx));
        if (!*out) return fail(out->error());
        return {};
      });
      if (!status) return fail(status.error());
      return std::move(*out);
    }
  }
};

}  // namespace rescue::store
