// The undo of a response to mail abuse: each of its steps is put back by its record, on the running server,
// under the lock. It charges nothing and reports to nobody but the operator who asked for it.
#include "../response/mail_undo.hpp"

#include "live_change.hpp"

namespace rescue::worker {
namespace {

constexpr int kSchemaVersion = 1;

Result<JobResult> undo(const JobContext& context, const JobSurroundings& surroundings, Timestamp now,
                       bool& begun) {
  RESCUE_ASSIGN(const auto wish, read_undo_wish(context.attempt.instructions));
  RESCUE_ASSIGN(Json undone, work_behind_lock(context, surroundings, now, begun, [&](GuardedServer& server) {
                  return undo_mail_response(context, server, wish);
                }));
  const Json summary{{"undo", undo_summary(undone)}};
  const Json document{{"schema_version", kSchemaVersion}, {"undo", std::move(undone)}};
  RESCUE_ASSIGN(auto sha256, context.evidence.put(dump_json(document)));
  return JobResult{std::move(sha256), summary};
}

}  // namespace

JobEnd run_mail_abuse_undo(const JobContext& context, const JobSurroundings& surroundings, Timestamp now) {
  return end_of_live_job(context, [&](bool& begun) { return undo(context, surroundings, now, begun); });
}

}  // namespace rescue::worker
