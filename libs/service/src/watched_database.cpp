#include "watched_database.hpp"

namespace rescue::service {

Status WatchedDatabase::write_status(const Work& work) {
  Status status = database_->write_status(work);
  note(status);
  return status;
}

Status WatchedDatabase::write_along(const Work& work) {
  Status status = database_->write_along(work);
  note(status);
  return status;
}

std::vector<Status> WatchedDatabase::write_each(std::span<const Work> works) {
  auto statuses = database_->write_each(works);
  for (const Status& status : statuses) note(status);
  return statuses;
}

/// A success says nothing here: a work that had nothing to change succeeds on a full disk too.
void WatchedDatabase::note(const Status& written) {
  if (written || !is_of_the_store(written.error())) return;
  const std::string& detail = written.error().detail;
  if (writing_.set(detail)) log_.error("database.lost", {{"detail", detail}});
}

std::optional<std::string> WatchedDatabase::fault() {
  if (auto why = writing_.fault()) return why;
  const auto row = database_->read([](store::Tx& tx) { return tx.find("SELECT COUNT(*) FROM audit_head"); });
  if (!row) return row.error().detail;
  return std::nullopt;
}

std::optional<Timestamp> WatchedDatabase::takes_since() const {
  if (writing_.fault()) return std::nullopt;
  return from_us(takes_since_us_);
}

Status WatchedDatabase::probe() {
  if (!writing_.fault()) return {};
  const Status written = database_->write([](store::Tx& tx) -> Status {
    RESCUE_TRY(
        tx.execute("INSERT INTO counters (name, value) VALUES ('write_probe', 1)"
                   " ON CONFLICT (name) DO UPDATE SET value = counters.value + 1"));
    return {};
  });
  if (written) takes_since_us_ = to_us(clock_.now());
  if (written && writing_.set(std::nullopt)) log_.info("database.reached");
  return {};  // the fault is known already
}

}  // namespace rescue::service
