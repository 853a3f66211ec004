#include "sqlite_connection.hpp"

#include <filesystem>

namespace rescue::store {
namespace {

/// Texts built at run time (lists of parameters) must not grow the cache for ever.
constexpr std::size_t kStatementsMax = 256;
/// Checkpoints and recovery by our own connections are the only ones who can make us wait.
constexpr int kBusyTimeoutMs = 5'000;

Error describe(int extended_code, const std::string& text) {
  switch (extended_code) {
    case SQLITE_CONSTRAINT_UNIQUE:
    case SQLITE_CONSTRAINT_PRIMARYKEY:
    case SQLITE_CONSTRAINT_ROWID:
      return {ErrorCode::kConflict, "unique-violation", text};
    default:
      break;
  }
  switch (extended_code & 0xff) {
    case SQLITE_FULL:
      return {ErrorCode::kUnavailable, "database-full", text};
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
    case SQLITE_IOERR:
    case SQLITE_CANTOPEN:
    case SQLITE_NOMEM:
    case SQLITE_PROTOCOL:
      return {ErrorCode::kUnavailable, "database-unavailable", text};
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
      return {ErrorCode::kCorrupt, "database-corrupt", text};
    case SQLITE_CONSTRAINT:
      return {ErrorCode::kInternal, "constraint-violation", text};
    default:
      return {ErrorCode::kInternal, "sql-error", text};
  }
}

/// `path` made absolute, with the characters escaped that would end it in a URI (sqlite.org/uri.html).
std::string uri_path(const std::string& path) {
  std::string out;
  for (const char c : std::filesystem::absolute(path).string()) {
    switch (c) {
      case '%':
        out += "%25";
        break;
      case '?':
        out += "%3f";
        break;
      case '#':
        out += "%23";
        break;
      default:
        out += c;
    }
  }
  return out;
}

Value column(sqlite3_stmt* statement, int index) {
  switch (sqlite3_column_type(statement, index)) {
    case SQLITE_NULL:
      return {};
    case SQLITE_INTEGER:
    case SQLITE_FLOAT:
      return std::int64_t{sqlite3_column_int64(statement, index)};
    default: {
      const auto* bytes = static_cast<const char*>(sqlite3_column_blob(statement, index));
      const auto size = static_cast<std::size_t>(sqlite3_column_bytes(statement, index));
      return bytes == nullptr ? std::string() : std::string(bytes, size);
    }
  }
}

/// Gives a cached statement back clean, whatever way its use ends.
class Borrowed {
 public:
  explicit Borrowed(sqlite3_stmt* statement) : statement_(statement) {}
  ~Borrowed() {
    sqlite3_reset(statement_);
    sqlite3_clear_bindings(statement_);
  }
  Borrowed(const Borrowed&) = delete;
  Borrowed& operator=(const Borrowed&) = delete;

 private:
  sqlite3_stmt* statement_;
};

}  // namespace

Result<std::unique_ptr<SqliteConnection>> SqliteConnection::open_with(const std::string& name, int flags,
                                                                      Use use) {
  sqlite3* raw = nullptr;
  const int code = sqlite3_open_v2(name.c_str(), &raw, flags | SQLITE_OPEN_NOMUTEX, nullptr);
  std::unique_ptr<SqliteConnection> connection(new SqliteConnection(raw, use));
  if (code != SQLITE_OK) {
    return fail(ErrorCode::kUnavailable, "database-unavailable", name + ": " + sqlite3_errstr(code));
  }
  sqlite3_extended_result_codes(raw, 1);
  return connection;
}

Result<std::unique_ptr<SqliteConnection>> SqliteConnection::open(const std::string& path, Use use) {
  RESCUE_ASSIGN(auto connection, open_with(path, SQLITE_OPEN_READWRITE, use));
  sqlite3_busy_timeout(connection->handle(), kBusyTimeoutMs);
  RESCUE_TRY(
      connection->script("PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA foreign_keys=ON;"
                         "PRAGMA trusted_schema=OFF; PRAGMA journal_size_limit=67108864;"
                         // In pages: what is written often is copied into the database less often.
                         "PRAGMA wal_autocheckpoint=16000;"
                         // In KiB: the upper pages of every index, however large the store has grown.
                         "PRAGMA cache_size=-8192;"
                         // Else what a savepoint may take back is written to a temporary file.
                         "PRAGMA temp_store=MEMORY;"));
  if (use == Use::kRead) RESCUE_TRY(connection->script("PRAGMA query_only=ON"));
  return connection;
}

Result<std::unique_ptr<SqliteConnection>> SqliteConnection::open_unchanging(const std::string& path) {
  RESCUE_ASSIGN(auto connection, open_with("file://" + uri_path(path) + "?immutable=1",
                                           SQLITE_OPEN_READONLY | SQLITE_OPEN_URI, Use::kRead));
  RESCUE_TRY(connection->script("PRAGMA trusted_schema=OFF; PRAGMA query_only=ON;"));
  return connection;
}

tl::unexpected<Error> SqliteConnection::failed_in_sqlite() {
  return failed(describe(sqlite3_extended_errcode(db_.get()), sqlite3_errmsg(db_.get())));
}

Status SqliteConnection::begin() {
  return run(use_ == Use::kWrite ? "BEGIN IMMEDIATE" : "BEGIN");
}

Status SqliteConnection::rollback_to(const std::string& name) {
  RESCUE_TRY(run("ROLLBACK TO " + name));
  return run("RELEASE " + name);
}

Status SqliteConnection::run(const std::string& sql) {
  RESCUE_TRY(execute(sql, {}));
  return {};
}

Result<sqlite3_stmt*> SqliteConnection::prepare(std::string_view sql) {
  std::string key(sql);
  if (const auto it = statements_.find(key); it != statements_.end()) return it->second.get();
  sqlite3_stmt* raw = nullptr;
  const char* rest = nullptr;
  const int code = sqlite3_prepare_v3(db_.get(), key.data(), static_cast<int>(key.size()),
                                      SQLITE_PREPARE_PERSISTENT, &raw, &rest);
  Statement statement(raw);
  if (code != SQLITE_OK) return failed_in_sqlite();
  const std::string_view tail(rest, static_cast<std::size_t>(key.data() + key.size() - rest));
  if (raw == nullptr || tail.find_first_not_of(" \t\r\n;") != std::string_view::npos) {
    return misused("exactly one statement is expected in: " + key);
  }
  if (statements_.size() >= kStatementsMax) statements_.clear();
  return statements_.emplace(std::move(key), std::move(statement)).first->second.get();
}

Status SqliteConnection::bind(sqlite3_stmt* statement, std::initializer_list<Value> params) {
  if (static_cast<std::size_t>(sqlite3_bind_parameter_count(statement)) != params.size()) {
    return misused("takes " + std::to_string(sqlite3_bind_parameter_count(statement)) +
                   " parameters, given " + std::to_string(params.size()) + ": " + sqlite3_sql(statement));
  }
  int index = 0;
  for (const Value& value : params) {
    ++index;
    int code = SQLITE_OK;
    if (const auto* integer = std::get_if<std::int64_t>(&value)) {
      code = sqlite3_bind_int64(statement, index, *integer);
    } else if (const auto* text = std::get_if<std::string>(&value)) {
      // Static: the parameters outlive the statement's use, which ends before the caller's call does.
      code = sqlite3_bind_text64(statement, index, text->data(), text->size(), SQLITE_STATIC, SQLITE_UTF8);
    } else {
      code = sqlite3_bind_null(statement, index);
    }
    if (code != SQLITE_OK) return failed_in_sqlite();
  }
  return {};
}

Result<std::vector<Row>> SqliteConnection::query(std::string_view sql, std::initializer_list<Value> params) {
  RESCUE_ASSIGN(sqlite3_stmt * statement, prepare(sql));
  const Borrowed guard(statement);
  RESCUE_TRY(bind(statement, params));
  std::vector<Row> rows;
  int code = SQLITE_ROW;
  while ((code = sqlite3_step(statement)) == SQLITE_ROW) {
    std::vector<Value> values;
    const int columns = sqlite3_column_count(statement);
    values.reserve(static_cast<std::size_t>(columns));
    for (int i = 0; i < columns; ++i) values.push_back(column(statement, i));
    rows.emplace_back(std::move(values));
  }
  if (code != SQLITE_DONE) return failed_in_sqlite();
  return rows;
}

Result<std::int64_t> SqliteConnection::execute(std::string_view sql, std::initializer_list<Value> params) {
  RESCUE_ASSIGN(sqlite3_stmt * statement, prepare(sql));
  const Borrowed guard(statement);
  RESCUE_TRY(bind(statement, params));
  // sqlite3_changes64() keeps its value over statements that change no rows, such as DDL.
  const std::int64_t before = sqlite3_total_changes64(db_.get());
  int code = SQLITE_ROW;
  while ((code = sqlite3_step(statement)) == SQLITE_ROW) {
  }
  if (code != SQLITE_DONE) return failed_in_sqlite();
  if (sqlite3_total_changes64(db_.get()) == before) return 0;
  return std::int64_t{sqlite3_changes64(db_.get())};
}

Status SqliteConnection::script(const std::string& sql) {
  if (sqlite3_exec(db_.get(), sql.c_str(), nullptr, nullptr, nullptr) != SQLITE_OK) return failed_in_sqlite();
  return {};
}

bool SqliteConnection::in_transaction() const {
  return sqlite3_get_autocommit(db_.get()) == 0;
}

}  // namespace rescue::store
