#include "queue_round_work.hpp"

#include <fcntl.h>

#include <algorithm>
#include <map>
#include <optional>
#include <span>

namespace rescue::recovery {
namespace {

constexpr std::size_t kBatch = 64;
constexpr std::size_t kMostFaults = 20;

/// Works through one round.
class RoundWork {
 public:
  RoundWork(const Round& round, const RoundStore& store, const MailQueues& queues, const Deadline& until,
            Faults& faults)
      : round_(round), store_(store), queues_(queues), until_(until), faults_(faults) {}

  Result<bool> run() {
    std::vector<const RoundItem*> not_kept;
    for (const auto& item : round_.items) {
      if (is_over()) return false;
      if (item.decision == Decision::kHold) {
        hold(item);
      } else if (item.keep) {
        RESCUE_TRY(keep(item));
      } else {
        not_kept.push_back(&item);
      }
    }
    RESCUE_ASSIGN(const bool all, remove_all(not_kept));
    if (!all) return false;
    for (const auto& [system, kept] : kept_) RESCUE_TRY(kept->sync());
    RESCUE_TRY(write_counts(store_, round_.number, counts_));
    return true;
  }

 private:
  bool is_over() const { return until_ && std::chrono::steady_clock::now() >= *until_; }

  void hold(const RoundItem& item) {
    ++counts_.to_hold;
    auto* const queue = queue_of(queues_, item.system);
    const auto moved = queue != nullptr ? queue->hold(item.ref, round_.seconds) : Result<Moved>(Moved::kGone);
    if (!moved) add_fault(faults_, item.ref.id, moved.error());
    if (!moved || *moved == Moved::kBusy) {
      ++counts_.hold_left;
    } else {
      ++(*moved == Moved::kGone ? counts_.hold_vanished : counts_.held);
    }
  }

  void count(const RoundItem& item, const Result<Moved>& moved, bool noted) {
    ++counts_.judged;
    if (!moved) add_fault(faults_, item.ref.id, moved.error());
    if (!moved || *moved == Moved::kBusy) {
      ++counts_.left;
    } else if (*moved == Moved::kGone && !noted) {
      ++counts_.vanished;
    } else {
      ++counts_.purged;
    }
  }

  Status keep(const RoundItem& item) {
    auto* const queue = queue_of(queues_, item.system);
    auto moved = Result<Moved>(Moved::kGone);
    if (queue != nullptr) {
      auto& kept = kept_[item.system];
      if (!kept) {
        RESCUE_ASSIGN(kept, queue->kept(round_.number, true));
      }
      moved = queue->purge(item.ref, &*kept);
    }
    count(item, moved, false);
    if (moved && *moved == Moved::kDone) {
      ++counts_.kept;
      counts_.kept_bytes += item.bytes;
    }
    return {};
  }

  /// The names are written down first: a run that finishes this one knows what was deleted.
  Result<bool> remove_all(const std::vector<const RoundItem*>& items) {
    if (items.empty()) return true;
    const auto name = RoundStore::name(round_.number, ".purged");
    const UniqueFd list(::openat(store_.folder().fd(), name.c_str(),
                                 O_WRONLY | O_APPEND | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0600));
    if (!list) return file_fault(name);
    for (std::size_t from = 0; from < items.size(); from += kBatch) {
      const auto batch = std::span(items).subspan(from, std::min(kBatch, items.size() - from));
      if (is_over()) return false;
      std::string names;
      for (const auto* item : batch)
        if (!round_.noted.contains(item->ref.id)) names += item->ref.id + "\n";
      RESCUE_TRY(write_all(list.get(), names));
      for (const auto* item : batch) {
        auto* const queue = queue_of(queues_, item->system);
        count(*item, queue != nullptr ? queue->purge(item->ref, nullptr) : Result<Moved>(Moved::kGone),
              round_.noted.contains(item->ref.id));
      }
    }
    return true;
  }

  const Round& round_;
  const RoundStore& store_;
  const MailQueues& queues_;
  const Deadline& until_;
  Faults& faults_;
  RoundCounts counts_;
  std::map<MailSystem, std::optional<QueueFolder>> kept_;
};

}  // namespace

MailQueue* queue_of(const MailQueues& queues, MailSystem system) {
  const auto found =
      std::ranges::find_if(queues, [&](const auto& queue) { return queue->system() == system; });
  return found == queues.end() ? nullptr : found->get();
}

void add_fault(Faults& faults, const std::string& id, const Error& error) {
  if (faults.size() < kMostFaults) faults.push_back(id + ": " + error.detail);
}

Result<bool> work_off(const Round& round, const RoundStore& store, const MailQueues& queues,
                      const Deadline& until, Faults& faults) {
  return RoundWork(round, store, queues, until, faults).run();
}

}  // namespace rescue::recovery
