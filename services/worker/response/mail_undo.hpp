#pragma once

#include <set>
#include <string>
#include <vector>

#include "guarded_server.hpp"

namespace rescue::worker {

/// What an undo is asked for (rescue/incident/messages.hpp, job.dispatched).
struct UndoWish {
  std::set<std::string> jobs;  ///< whose steps may be undone
  /// Their numbers at the server, in the order of the undoing; empty: all that the server has of these jobs,
  /// the last one first.
  std::vector<std::int64_t> steps;
  bool queue = false;  ///< the mail that was held and purged comes back, as far as it is kept
};
/// kInvalid with the field.
Result<UndoWish> read_undo_wish(const Json& instructions);

/// Undoes the steps of a response by their records: the part `undo` of the job's document
/// (api/schemas/response.schema.json). Each step is told, whatever becomes of the others: `undone`,
/// `already`, or `refused` with the failure (changed-since: somebody has changed a file since; no-such-step:
/// the record is not there, or another's). Records before and after are evidence. Error: what says that this
/// attempt may not go on.
Result<Json> undo_mail_response(const JobContext& context, GuardedServer& server, const UndoWish& wish);

/// {outcome, undone: [number], already: [], refused: [], queue: {restored, not_kept, released}|null}.
Json undo_summary(const Json& undo);

}  // namespace rescue::worker
