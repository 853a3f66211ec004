#include "postgres_connection.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <pqxx/pqxx>
#include <unordered_map>

#include "postgres_sql.hpp"

namespace rescue::store {
namespace {

/// Texts built at run time must not grow the cache for ever: beyond this many they run unprepared.
constexpr std::size_t kStatementsMax = 256;

/// What PostgreSQL is told on every new connection. A peer that hangs in its turn to write loses it after 10
/// s, so that the others, who wait as long, go on. An answered write is on the disk whatever the server's
/// default.
constexpr std::string_view kSession =
    "SET client_min_messages = warning; SET standard_conforming_strings = on;"
    "SET idle_in_transaction_session_timeout = '10s';"
    "SELECT set_config('synchronous_commit', 'on', false) WHERE current_setting('synchronous_commit') = "
    "'off';";
constexpr std::string_view kPatience = "SET lock_timeout = '10s'; SET statement_timeout = '15s'";
constexpr std::string_view kLongPatience = "SET lock_timeout = '10min'; SET statement_timeout = 0";

/// Writers of all replicas take turns by this lock of the database, which goes with the transaction. Whatever
/// the server's default, the snapshots come after the lock: one taken before it would not show the last turn.
constexpr std::string_view kBeginWriting =
    "BEGIN ISOLATION LEVEL READ COMMITTED; SELECT pg_advisory_xact_lock(7305829610214);";
constexpr std::string_view kBeginReading = "BEGIN ISOLATION LEVEL REPEATABLE READ, READ ONLY";

/// Object identifiers of types (pg_type.dat) whose values are integers to us; a fraction is cut off.
constexpr std::array<unsigned, 7> kNumbers{20, 21, 23, 26, 700, 701, 1700};
constexpr unsigned kBool = 16;

Value value_of(const pqxx::field& field, unsigned type) {
  if (field.is_null()) return {};
  const std::string_view text(field.c_str(), field.size());
  if (type == kBool) return std::int64_t{text == "t" ? 1 : 0};
  if (std::find(kNumbers.begin(), kNumbers.end(), type) == kNumbers.end()) return decode_text(text);
  std::int64_t number = 0;
  std::from_chars(text.data(), text.data() + text.size(), number);
  return number;
}

std::vector<std::optional<std::string>> texts_of(std::initializer_list<Value> params) {
  std::vector<std::optional<std::string>> out;
  out.reserve(params.size());
  for (const Value& value : params) {
    if (const auto* integer = std::get_if<std::int64_t>(&value)) {
      out.emplace_back(std::to_string(*integer));
    } else if (const auto* text = std::get_if<std::string>(&value)) {
      out.emplace_back(encode_text(*text));
    } else {
      out.emplace_back();
    }
  }
  return out;
}

/// PostgreSQL's message has further lines, which quote the statement.
std::string first_line(const std::string& text) {
  return text.substr(0, text.find('\n'));
}

}  // namespace

struct PostgresConnection::Session {
  explicit Session(const std::string& url) : connection(url), quiet(connection) {}

  struct Statement {
    std::string name;  ///< "": not prepared
    PostgresSql sql;
  };
  /// Prepared on the server at its first use.
  const Statement& statement(std::string_view text) {
    const auto known = statements.find(std::string(text));
    if (known != statements.end()) return known->second;
    if (statements.size() >= kStatementsMax) {
      unprepared = {"", to_postgres(text)};
      return unprepared;
    }
    Statement made{"s" + std::to_string(statements.size()), to_postgres(text)};
    connection.prepare(made.name, made.sql.text);
    return statements.emplace(std::string(text), std::move(made)).first->second;
  }

  pqxx::connection connection;
  pqxx::quiet_errorhandler quiet;
  std::unordered_map<std::string, Statement> statements;
  Statement unprepared;
};

PostgresConnection::PostgresConnection(std::shared_ptr<PostgresServer> server, Use use)
    : server_(std::move(server)), use_(use) {}
PostgresConnection::~PostgresConnection() = default;

Result<std::unique_ptr<Connection>> PostgresConnection::open(std::shared_ptr<PostgresServer> server,
                                                             Use use) {
  std::unique_ptr<PostgresConnection> connection(new PostgresConnection(std::move(server), use));
  RESCUE_TRY(connection->connect());
  return connection;
}

Status PostgresConnection::connect() {
  if (const Status may = server_->may_connect(); !may) return failed(may.error());
  Status connected;
  try {
    session_ = std::make_unique<Session>(server_->url());
  } catch (const std::exception& error) {
    connected = fail(ErrorCode::kUnavailable, "database-unavailable", first_line(error.what()));
  }
  if (connected) {
    const auto patience = use_ == Use::kMigrate ? kLongPatience : kPatience;
    connected = send(std::string(kSession).append(patience));
  }
  if (!connected) session_.reset();
  server_->note(connected);
  if (!connected) return failed(connected.error());
  return {};
}

Error PostgresConnection::described(const std::string& sqlstate, const std::string& text) const {
  const auto of_class = [&](std::string_view name) { return sqlstate.starts_with(name); };
  if (sqlstate == "23505") return {ErrorCode::kConflict, "unique-violation", text};
  if (of_class("23")) return {ErrorCode::kInternal, "constraint-violation", text};
  if (sqlstate == "XX001" || sqlstate == "XX002") return {ErrorCode::kCorrupt, "database-corrupt", text};
  if (sqlstate == "53100") return {ErrorCode::kUnavailable, "database-full", text};
  // Sent to a standby: the writer looks for the new primary.
  const bool standby = sqlstate == "25006" && use_ != Use::kRead;
  // Connection, resources, operator (shutdown, time limit), system (I/O), turns and locks.
  const bool passes = (of_class("08") && sqlstate != "08P01") || of_class("53") || of_class("57") ||
                      of_class("58") || of_class("40") || sqlstate == "25P03" || sqlstate == "55P03";
  if (standby || passes) return {ErrorCode::kUnavailable, "database-unavailable", text};
  return {ErrorCode::kInternal, "sql-error", text};
}

Result<pqxx::result> PostgresConnection::guarded(const std::function<pqxx::result(Session&)>& use) {
  if (!session_) {
    return failed({ErrorCode::kUnavailable, "database-unavailable", "the connection was lost"});
  }
  Error error;
  try {
    std::optional<PostgresServer::Watch> watch;
    if (use_ != Use::kMigrate) watch.emplace(*server_, session_->connection.sock());
    return use(*session_);
  } catch (const pqxx::broken_connection& broken) {
    error = {ErrorCode::kUnavailable, "database-unavailable", first_line(broken.what())};
  } catch (const pqxx::sql_error& refused) {
    error = described(refused.sqlstate(), first_line(refused.what()));
  } catch (const std::exception& other) {
    error = {ErrorCode::kInternal, "sql-error", first_line(other.what())};
  }
  if (!session_->connection.is_open()) {
    error.code = ErrorCode::kUnavailable;
    error.problem = "database-unavailable";
  }
  if (!session_->connection.is_open() || error.code == ErrorCode::kCorrupt) {
    session_.reset();
    in_transaction_ = false;
  }
  return failed(std::move(error));
}

Result<pqxx::result> PostgresConnection::run(std::string_view sql, std::initializer_list<Value> params) {
  return guarded([&](Session& session) {
    const Session::Statement& statement = session.statement(sql);
    if (statement.sql.text.find_first_not_of(" \t\r\n;") == std::string::npos) {
      throw std::invalid_argument("exactly one statement is expected");
    }
    if (statement.sql.parameters != params.size()) {
      throw std::invalid_argument("takes " + std::to_string(statement.sql.parameters) +
                                  " parameters, given " + std::to_string(params.size()) + ": " +
                                  std::string(sql));
    }
    const auto texts = texts_of(params);
    std::vector<const char*> pointers;
    for (const auto& text : texts) pointers.push_back(text ? text->c_str() : nullptr);
    const auto values = pqxx::prepare::make_dynamic_params(pointers);
    // The transaction is ours; this one of libpqxx only lends its methods.
    pqxx::nontransaction lent(session.connection);
    return statement.name.empty() ? lent.exec_params(statement.sql.text, values)
                                  : lent.exec_prepared(statement.name, values);
  });
}

Result<std::vector<Row>> PostgresConnection::query(std::string_view sql,
                                                   std::initializer_list<Value> params) {
  RESCUE_ASSIGN(const pqxx::result result, run(sql, params));
  std::vector<unsigned> types;
  for (pqxx::row::size_type i = 0; i < result.columns(); ++i) types.push_back(result.column_type(i));
  std::vector<Row> rows;
  rows.reserve(result.size());
  for (const auto& line : result) {
    std::vector<Value> values;
    values.reserve(types.size());
    for (const auto& field : line) values.push_back(value_of(field, types[field.num()]));
    rows.emplace_back(std::move(values));
  }
  return rows;
}

Result<std::int64_t> PostgresConnection::execute(std::string_view sql, std::initializer_list<Value> params) {
  RESCUE_ASSIGN(const pqxx::result result, run(sql, params));
  return static_cast<std::int64_t>(result.affected_rows());
}

Status PostgresConnection::script(const std::string& sql) {
  return send(sql);
}

Status PostgresConnection::send(const std::string& sql) {
  const std::string all = std::exchange(put_off_, "") + sql;
  const auto sent =
      guarded([&](Session& session) { return pqxx::nontransaction(session.connection).exec(all); });
  if (!sent) return fail(sent.error());
  return {};
}

Status PostgresConnection::begin() {
  forget_failure();
  put_off_.clear();
  const std::string sql(use_ == Use::kRead ? kBeginReading : kBeginWriting);
  const bool fresh = !session_;
  if (fresh) RESCUE_TRY(connect());
  in_transaction_ = true;
  Status begun = send(sql);
  // One that lay idle may have been lost long ago; nothing was begun on it.
  if (!begun && !session_ && !fresh) {
    forget_failure();
    RESCUE_TRY(connect());
    in_transaction_ = true;
    begun = send(sql);
  }
  if (!begun && in_transaction_) rollback();
  return begun;
}

Status PostgresConnection::commit() {
  const Status committed = send("COMMIT");
  if (committed) in_transaction_ = false;
  return committed;
}

void PostgresConnection::rollback() {
  put_off_.clear();
  if (!send("ROLLBACK")) session_.reset();
  in_transaction_ = false;
}

Status PostgresConnection::savepoint(const std::string& name) {
  return send("SAVEPOINT " + name);
}

Status PostgresConnection::release(const std::string& name) {
  put_off_ += "RELEASE " + name + ";";
  return {};
}

Status PostgresConnection::rollback_to(const std::string& name) {
  put_off_.clear();  // all in it lies within this one
  return send("ROLLBACK TO " + name + "; RELEASE " + name);
}

}  // namespace rescue::store
