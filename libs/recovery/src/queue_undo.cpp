#include <fcntl.h>

#include <charconv>
#include <map>

#include "queue_kept.hpp"
#include "queue_round_work.hpp"
#include "rescue/base/json_text.hpp"
#include "rescue/recovery/queue_work.hpp"

namespace rescue::recovery {
namespace {

constexpr std::size_t kMostListBytes = 256 << 20;
using Key = std::pair<MailSystem, std::string>;

/// What was put back, and as what.
struct Restored {
  QueueRef ref;
  std::int64_t seconds = 0;  ///< 0: it waits among what was kept until it is released
};

/// "id new-id place device inode seconds", one a line; the place of Exim's may be empty: "-".
std::string restored_line(const std::string& id, const Restored& one) {
  return id + ' ' + one.ref.id + ' ' + (one.ref.place.empty() ? "-" : one.ref.place) + ' ' +
         std::to_string(one.ref.mark.device) + ' ' + std::to_string(one.ref.mark.inode) + ' ' +
         std::to_string(one.seconds) + '\n';
}

std::string_view word(std::string_view& line) {
  const auto end = std::min(line.find(' '), line.size());
  const auto out = line.substr(0, end);
  line.remove_prefix(std::min(end + 1, line.size()));
  return out;
}

template <class Number>
Number number(std::string_view text) {
  Number value = 0;
  std::from_chars(text.data(), text.data() + text.size(), value);
  return value;
}

/// `round` has named the messages by what can be one's name.
std::map<std::string, Restored> read_restored(const RoundStore& store, unsigned round) {
  std::map<std::string, Restored> out;
  const auto bytes = store.folder().read(RoundStore::name(round, ".restored"), kMostListBytes);
  if (!bytes) return out;
  std::string_view rest = *bytes;
  while (!rest.empty()) {
    const auto end = std::min(rest.find('\n'), rest.size());
    auto line = rest.substr(0, end);
    rest.remove_prefix(std::min(end + 1, rest.size()));
    const std::string id(word(line));
    Restored one;
    one.ref.id = word(line);
    const auto place = word(line);
    one.ref.place = place == "-" || place.find('.') != std::string_view::npos ? "" : place;
    one.ref.mark.device = number<std::uint64_t>(word(line));
    one.ref.mark.inode = number<std::uint64_t>(word(line));
    one.seconds = number<std::int64_t>(word(line));
    if (one.ref.id.find_first_of("/.") == std::string::npos) out[id] = one;
  }
  return out;
}

struct ReleaseCounts {
  std::uint64_t released = 0, not_held = 0, vanished = 0, left = 0;
};

/// What we held, from all rounds: the name and file, and since when (Exim writes that down).
struct Ours {
  QueueRef ref;
  std::vector<std::int64_t> seconds;
  bool purged = false;    ///< and never put back, as far as is written down
  unsigned waits_in = 0;  ///< the round that keeps it until it is released
};

std::map<Key, Ours> what_we_held(const RoundStore& store, const std::vector<Round>& rounds) {
  std::map<Key, Ours> out;
  for (const auto& round : rounds) {
    const auto restored = read_restored(store, round.number);
    for (const auto& item : round.items) {
      const Key key{item.system, item.ref.id};
      // Somebody else's hold is not ours to end.
      if (item.was_held && !out.contains(key)) continue;
      auto& ours = out[key];
      ours.ref = item.ref;
      ours.seconds.push_back(round.seconds);
      ours.waits_in = 0;
      ours.purged = item.decision == Decision::kPurge;
      if (const auto found = restored.find(item.ref.id); ours.purged && found != restored.end()) {
        ours.waits_in = found->second.seconds == 0 ? round.number : 0;
        ours.ref = found->second.ref;
        ours.seconds.push_back(found->second.seconds);
        ours.purged = false;
      }
    }
  }
  return out;
}

/// Straight into the queue; false where it is there already.
Result<bool> put_back_waiting(MailQueue& queue, const Ours& ours) {
  if (ours.waits_in == 0) return false;
  const auto kept = queue.kept(ours.waits_in, false);
  const auto back = kept ? queue.put_back(ours.ref, *kept, std::nullopt)
                         : Result<std::optional<QueueRef>>(tl::unexpect, kept.error());
  if (!back && back.error().code != ErrorCode::kNotFound) return fail(back.error());
  return back.has_value();
}

Result<Moved> release_one(MailQueue& queue, const Ours& ours) {
  RESCUE_ASSIGN(const bool is_new, put_back_waiting(queue, ours));
  Result<Moved> moved = Moved::kGone;
  for (const auto seconds : ours.seconds) {
    moved = queue.release(ours.ref, seconds);
    if (!moved || *moved != Moved::kAlready) return moved;
  }
  if (is_new) return Moved::kDone;
  return moved;
}

void count(const Result<Moved>& moved, bool purged, ReleaseCounts& counts) {
  if (!moved || *moved == Moved::kBusy) {
    ++counts.left;
  } else if (*moved == Moved::kDone) {
    ++counts.released;
  } else if (*moved == Moved::kAlready) {
    ++counts.not_held;
  } else if (!purged) {
    ++counts.vanished;
  }
}

/// Empty `jobs`: of all.
Result<std::vector<Round>> rounds_of(const RoundStore& store, const std::set<std::string>& jobs) {
  std::vector<Round> out;
  RESCUE_ASSIGN(const auto numbers, store.rounds());
  for (const auto number : numbers) {
    RESCUE_ASSIGN(auto round, read_round(store, number));
    if (jobs.empty() || jobs.contains(round.job)) out.push_back(std::move(round));
  }
  return out;
}

/// How many messages are back on hold, and how many wait for their release, those of earlier calls too.
struct RestoreCounts {
  std::uint64_t restored = 0, waiting = 0;
};

void count(const std::map<std::string, Restored>& restored, RestoreCounts& counts) {
  for (const auto& [id, one] : restored) ++(one.seconds == 0 ? counts.waiting : counts.restored);
}

/// Puts back what a round has kept.
Status restore_round(const Round& round, const RoundStore& store, const MailQueues& queues,
                     std::int64_t seconds, RestoreCounts& counts, Faults& faults) {
  if (round.kind != RoundKind::kPurge) return {};
  auto restored = read_restored(store, round.number);
  const auto name = RoundStore::name(round.number, ".restored");
  const UniqueFd list(::openat(store.folder().fd(), name.c_str(),
                               O_WRONLY | O_APPEND | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0600));
  if (!list) return file_fault(name);
  for (const auto& item : round.items) {
    if (item.decision != Decision::kPurge || !item.keep || restored.contains(item.ref.id)) continue;
    auto* const queue = queue_of(queues, item.system);
    const auto kept = queue != nullptr
                          ? queue->kept(round.number, false)
                          : Result<QueueFolder>(fail(ErrorCode::kNotFound, "not-found", "no mail server"));
    if (!kept) continue;
    const auto back = queue->put_back(item.ref, *kept, seconds);
    if (!back && back.error().code == ErrorCode::kNotFound) continue;
    if (!back) {
      add_fault(faults, item.ref.id, back.error());
      continue;
    }
    const Restored one{.ref = back->value_or(item.ref), .seconds = *back ? seconds : 0};
    RESCUE_TRY(write_all(list.get(), restored_line(item.ref.id, one)));
    restored[item.ref.id] = one;
  }
  count(restored, counts);
  return {};
}

}  // namespace

Result<Json> release_queue(const QueueOptions& options) {
  evidence::Gaps gaps;
  const auto queues = open_mail_queues(options.root, gaps);
  RESCUE_ASSIGN(const auto store, RoundStore::open(options.root, options.state));
  RESCUE_ASSIGN(const auto rounds, rounds_of(store, options.only_jobs));
  ReleaseCounts counts;
  Faults faults;
  for (const auto& [key, ours] : what_we_held(store, rounds)) {
    auto* const queue = queue_of(queues, key.first);
    const auto moved = queue != nullptr ? release_one(*queue, ours) : Result<Moved>(Moved::kGone);
    if (!moved) add_fault(faults, key.second, moved.error());
    count(moved, ours.purged, counts);
  }
  return Json{{"released", counts.released},
              {"not_held", counts.not_held},
              {"vanished", counts.vanished},
              {"left", counts.left},
              {"faults", faults}};
}

Result<Json> restore_queue(const QueueOptions& options) {
  evidence::Gaps gaps;
  const auto queues = open_mail_queues(options.root, gaps);
  RESCUE_ASSIGN(const auto store, RoundStore::open(options.root, options.state));
  RESCUE_ASSIGN(const auto rounds, rounds_of(store, options.only_jobs));
  RestoreCounts counts;
  std::uint64_t not_kept = 0;
  Faults faults;
  for (const auto& round : rounds) {
    const bool forgotten = is_forgotten(store, round.number);
    for (const auto& item : round.items)
      if (item.decision == Decision::kPurge && (forgotten || !item.keep)) ++not_kept;
    if (forgotten) continue;
    RESCUE_TRY(restore_round(round, store, queues, options.seconds, counts, faults));
  }
  return Json{
      {"restored", counts.restored}, {"waiting", counts.waiting}, {"not_kept", not_kept}, {"faults", faults}};
}

Result<Json> forget_queue(const QueueOptions& options) {
  evidence::Gaps gaps;
  const auto queues = open_mail_queues(options.root, gaps);
  RESCUE_ASSIGN(const auto store, RoundStore::open(options.root, options.state));
  RESCUE_ASSIGN(const auto numbers, store.rounds());
  std::uint64_t files = 0;
  for (const auto number : numbers) {
    RESCUE_ASSIGN(const auto deleted, forget_round(store, queues, number));
    files += deleted;
  }
  return Json{{"deleted_files", files}};
}

}  // namespace rescue::recovery
