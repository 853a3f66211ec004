#include "rescue/store/backup.hpp"

#include "postgres_backup.hpp"
#include "postgres_database.hpp"
#include "rescue/store/audit.hpp"
#include "sqlite_backup.hpp"
#include "sqlite_database.hpp"

namespace rescue::store {
namespace {

using SteadyClock = std::chrono::steady_clock;

/// How long a try may wait for the first writer, while none is held yet.
constexpr std::chrono::seconds kFirstWait{5};
/// Kept of `hold_max` for fixing the moment after the last writer was stopped.
constexpr int kShareForStopping = 3;
constexpr int kShares = 4;

/// The writers that are held; lets them go whatever happens.
class Held {
 public:
  ~Held() { release(); }
  Held() = default;
  Held(const Held&) = delete;
  Held& operator=(const Held&) = delete;
  void add(BackupSource* source) {
    if (sources_.empty()) since_ = SteadyClock::now();
    sources_.push_back(source);
  }
  SteadyClock::time_point since() const { return since_; }
  bool empty() const { return sources_.empty(); }
  void release() noexcept {
    for (BackupSource* source : sources_) source->let_writers_go();
    sources_.clear();
  }

 private:
  std::vector<BackupSource*> sources_;
  SteadyClock::time_point since_;
};

Result<Cut> try_cut(std::span<BackupSource* const> sources, const Clock& clock,
                    std::chrono::milliseconds hold_max) {
  Held held;
  for (BackupSource* source : sources) {
    const auto deadline = held.empty() ? SteadyClock::now() + kFirstWait
                                       : held.since() + hold_max * kShareForStopping / kShares;
    RESCUE_TRY(source->hold_writers(deadline));
    held.add(source);
  }
  Cut made;
  made.at = clock.now();
  for (BackupSource* source : sources) RESCUE_TRY(source->fix_moment());
  const auto since = held.since();
  held.release();
  made.held = std::chrono::duration_cast<std::chrono::microseconds>(SteadyClock::now() - since);
  if (made.held <= hold_max) return made;
  return fail(ErrorCode::kUnavailable, "database-unavailable",
              "the writers were held for " + std::to_string(made.held.count() / 1'000) + " ms");
}

}  // namespace

Result<Contents> read_contents(Tx& tx) {
  Contents out;
  RESCUE_ASSIGN(out.audit_rows, Audit::verify(tx));
  RESCUE_ASSIGN(const auto migrations,
                tx.query("SELECT component, MAX(number) FROM schema_migrations GROUP BY component"));
  for (const Row& row : migrations) out.migrations.emplace(row.text(0), row.integer(1));
  RESCUE_ASSIGN(const auto head, tx.find("SELECT hash FROM audit_head WHERE id = 1"));
  if (head) out.audit_head = head->text(0);
  RESCUE_ASSIGN(const auto outbox, tx.find("SELECT COUNT(*) FROM outbox"));
  out.outbox_rows = outbox->integer(0);
  return out;
}

Result<Cut> cut(std::span<BackupSource* const> sources, const Clock& clock, const CutOptions& options) {
  Result<Cut> made = fail(ErrorCode::kInternal, "internal-error", "no try");
  for (int i = 0; i < options.tries; ++i) {
    made = try_cut(sources, clock, options.hold_max);
    if (made || made.error().code != ErrorCode::kUnavailable) return made;
  }
  return fail(ErrorCode::kUnavailable, "database-unavailable",
              "the writers could not be stopped together within " + std::to_string(options.hold_max.count()) +
                  " ms, tried " + std::to_string(options.tries) + " times: " + made.error().detail);
}

Result<std::string> backend_of(const std::string& url) {
  if (url.starts_with(kPostgresScheme)) return std::string("postgresql");
  if (url.starts_with(kSqliteScheme) && url.substr(kSqliteScheme.size()).starts_with('/')) {
    return std::string("sqlite");
  }
  return fail(ErrorCode::kInvalid, "bad-database-url",
              "must be sqlite:///absolute/path.db or postgresql://user@host/name");
}

Result<std::unique_ptr<BackupSource>> BackupSource::open(const std::string& url) {
  RESCUE_ASSIGN(const auto backend, backend_of(url));
  if (backend == "postgresql") return PostgresBackupSource::open(url);
  return SqliteBackupSource::open(url.substr(kSqliteScheme.size()));
}

Status verify_copy(const std::string& backend, const std::string& path, const Contents& expected) {
  if (backend == "sqlite") return verify_sqlite_copy(path, expected);
  if (backend == "postgresql") return verify_postgres_copy(path);
  return fail(ErrorCode::kCorrupt, "bad-backup", "unknown back end: " + backend);
}

}  // namespace rescue::store
