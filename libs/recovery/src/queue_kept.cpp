#include "queue_kept.hpp"

namespace rescue::recovery {
namespace {

constexpr std::string_view kForgotten = ".forgotten";

}  // namespace

bool is_forgotten(const RoundStore& store, unsigned number) {
  return store.folder().look(RoundStore::name(number, kForgotten)).has_value();
}

Result<std::uint64_t> forget_round(const RoundStore& store, const MailQueues& queues, unsigned number) {
  std::uint64_t files = 0;
  for (const auto& queue : queues) {
    const auto kept = queue->kept(number, false);
    if (!kept) continue;
    RESCUE_ASSIGN(const auto deleted, kept->clear());
    files += deleted;
  }
  // Last: a run that is killed before it is done again.
  RESCUE_TRY(store.folder().put(RoundStore::name(number, kForgotten), ""));
  return files;
}

Status forget_older(const RoundStore& store, const MailQueues& queues, std::int64_t seconds) {
  RESCUE_ASSIGN(const auto numbers, store.rounds());
  for (const auto number : numbers) {
    if (!store.is_done(number) || is_forgotten(store, number)) continue;
    RESCUE_ASSIGN(const auto begun, read_begun(store, number));
    if (begun < seconds) RESCUE_TRY(forget_round(store, queues, number));
  }
  return {};
}

}  // namespace rescue::recovery
