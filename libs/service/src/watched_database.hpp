#pragma once

#include <atomic>

#include "dependency_state.hpp"
#include "rescue/base/clock.hpp"
#include "rescue/log/logger.hpp"
#include "rescue/store/database.hpp"

namespace rescue::service {

/// Our own database is away or has no room: no fault of what was to be done, however long it takes.
inline bool is_of_the_store(const Error& error) {
  return error.code == ErrorCode::kUnavailable && error.problem.starts_with("database-");
}

/// Passes everything on and remembers whether the database takes what is written. A write that fails by its
/// fault means that it does not, until a probe has got through. Thread-safe.
class WatchedDatabase final : public store::Database {
 public:
  WatchedDatabase(std::unique_ptr<store::Database> database, const log::Logger& log, const Clock& clock)
      : database_(std::move(database)), log_(log), clock_(clock) {}
  Status write_status(const Work& work) override;
  Status write_along(const Work& work) override;
  std::vector<Status> write_each(std::span<const Work> works) override;
  Status read_status(const Work& work) override { return database_->read_status(work); }
  bool shared() const override { return database_->shared(); }

  /// Why nothing can be written now, or read; nothing when all is well.
  std::optional<std::string> fault();
  /// Since when it has taken what is written; nothing while it does not.
  std::optional<Timestamp> takes_since() const;
  /// For every second: writes something small when the last writing failed. Not writing for long costs
  /// nothing.
  Status probe();

 private:
  void note(const Status& written);

  std::unique_ptr<store::Database> database_;
  const log::Logger& log_;
  const Clock& clock_;
  std::atomic<std::int64_t> takes_since_us_ = 0;
  DependencyState writing_{std::nullopt};
};

}  // namespace rescue::service
