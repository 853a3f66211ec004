#pragma once

#include <chrono>
#include <cstdint>
#include <set>
#include <string>

#include "rescue/base/json.hpp"
#include "rescue/recovery/queue_criteria.hpp"

namespace rescue::recovery {

struct QueueOptions {
  std::string root = "/";
  std::string state = "/var/lib/rescue-responder/queue";  ///< below root; 0700
  std::uint64_t most_kept_bytes =
      512ULL << 20;  ///< of purged messages kept whole, so that they can be put back; 0: none is
  /// After that the next hold_queue or purge_queue deletes what a round has kept.
  std::chrono::days kept_for{30};
  std::uint64_t most_evidence_bytes = 256ULL << 20;
  /// Of work on messages in one call; what is left is done by the next call, "more" says that there is some.
  /// 0: no limit.
  std::chrono::microseconds patience{0};
  std::int64_t seconds = 0;              ///< the time of day, since the epoch
  std::string job = {};                  ///< whose work it is: each round names it
  std::set<std::string> only_jobs = {};  ///< release and restore: of these jobs' rounds; empty: of all
};

/// What would be held and purged, nothing touched: {"systems", "read", "classes": {name: {"messages",
/// "recipients", "bytes", "decision", "sample"}}, "gaps"}. Classes: `abuse`; `bounce-of-abuse`: a bounce of a
/// message that is purged or was; `bounce-unsure`: one that repeats what meets the criteria, of a message
/// that is not there any more; `nameless-login`: of somebody who logged in, the criteria name accounts, and
/// the mail server does not tell who it was; `other`; `unfinished`: still being taken in; `unreadable`. A
/// text of a stranger is in it as it is: escape it where it is shown.
Result<Json> plan_queue(const QueueOptions& options, const Json& criteria);

/// Holds abuse and bounces of it, purges nothing. What is held is written down before. Returns {"hold":
/// counts over all rounds, "new": how many messages this call decided about, "classes", "gaps"}; a second
/// call finds nothing new. An earlier call that was killed is brought to its end first. to_hold = held +
/// hold_left + hold_vanished.
Result<Json> hold_queue(const QueueOptions& options, const Json& criteria);

/// Purges abuse and bounces of what is purged, holds the bounces that are unsure. Before the first message is
/// touched the envelopes and a sample of whole messages are durable; where they cannot be, nothing is
/// touched. Returns {"purge": counts over all rounds, "new", "classes", "gaps"}: judged = purged + left +
/// vanished.
Result<Json> purge_queue(const QueueOptions& options, const Json& criteria);

/// A piece of a round's evidence (one of "rounds"), JSON lines: {"bytes": base64, "next"?: where the next one
/// begins}. kNotFound.
Result<Json> queue_record(const QueueOptions& options, unsigned round, std::uint64_t offset);

/// Undo of hold_queue and of what purge_queue held: {"released", "not_held", "vanished", "left"}. What
/// somebody else had held stays.
Result<Json> release_queue(const QueueOptions& options);
/// Undo of purge_queue as far as messages were kept whole and are kept still: they are on hold again, but for
/// those of Exim's that it would bounce for their age rather than hold: these wait where they are kept until
/// release_queue puts them back to be delivered. {"restored", "waiting", "not_kept"}. Before release_queue.
Result<Json> restore_queue(const QueueOptions& options);
/// Deletes what was kept whole: after it a purge cannot be undone, and its room on the disk is free.
/// {"deleted_files"}. The evidence stays.
Result<Json> forget_queue(const QueueOptions& options);

}  // namespace rescue::recovery
