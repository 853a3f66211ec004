#include "queued_database.hpp"

#include "migration.hpp"

// Made by rescue_embed() from migrations/.
extern const std::span<const rescue::EmbeddedFile> rescue_store_migrations;

namespace rescue::store {
namespace {

/// Longer than a commit takes, and short for whoever drains a queue.
constexpr std::chrono::milliseconds kPatience{20};

}  // namespace

QueuedDatabase::QueuedDatabase(Parts parts)
    : keeps_(std::move(parts.keeps)),
      shared_(parts.shared),
      writer_reads_(parts.writes_in == CommitQueue::Thread::kCallers),
      writer_(std::move(parts.writer), parts.writes_in),
      readers_(std::move(parts.open_reader), parts.readers_max) {}

Status QueuedDatabase::write_status(const Work& work) {
  return write_one(work, {});
}

Status QueuedDatabase::write_along(const Work& work) {
  return write_one(work, kPatience);
}

Status QueuedDatabase::write_one(const Work& work, std::chrono::milliseconds patience) {
  auto outcomes = writer_.run({&work, 1}, patience);
  if (outcomes.front().thrown) std::rethrow_exception(outcomes.front().thrown);
  return std::move(outcomes.front().status);
}

std::vector<Status> QueuedDatabase::write_each(std::span<const Work> works) {
  std::vector<Status> out;
  if (works.empty()) return out;
  for (auto& outcome : writer_.run(works)) out.push_back(std::move(outcome.status));
  return out;
}

Status QueuedDatabase::read_status(const Work& work) {
  return writer_reads_ ? writer_.read(work) : readers_.run(work);
}

Status migrate_all(Connection& connection, std::span<const EmbeddedFile> service_migrations) {
  RESCUE_TRY(migrate(connection, "store", rescue_store_migrations));
  return migrate(connection, "service", service_migrations);
}

}  // namespace rescue::store
