// What operators ask for about a response to mail abuse: the plan of one, and the undo of one, also when its
// incident is over. Both stand beside the incident: no state, no fee and no clock of it changes.
#include <algorithm>
#include <iterator>
#include <set>

#include "desk/desk.hpp"
#include "desk/second_person.hpp"

namespace rescue::workflow {
namespace {

constexpr std::size_t kStepsMax = 1'000;
constexpr std::int64_t kNumberMax = 100'000;

using Names = std::initializer_list<std::string_view>;

/// The incident's jobs of a kind that are in one of these states.
Result<std::vector<Job>> jobs_in(Casework& casework, store::Tx& tx, const std::string& incident_id,
                                 std::string_view kind, Names states) {
  constexpr std::size_t kMost = 100;
  std::vector<Job> out;
  for (const auto state : states) {
    const Jobs::Filter filter{
        .state = std::string(state), .kind = std::string(kind), .incident_id = incident_id};
    RESCUE_ASSIGN(auto jobs, casework.jobs.list(tx, filter, "", kMost));
    std::ranges::move(jobs, std::back_inserter(out));
  }
  return out;
}

/// kConflict "job-running" while one of these kinds is in hand.
Status check_none_runs(Casework& casework, store::Tx& tx, const std::string& incident_id, Names kinds) {
  for (const auto kind : kinds) {
    RESCUE_ASSIGN(const auto running, jobs_in(casework, tx, incident_id, kind, {"queued", "leased"}));
    if (running.empty()) continue;
    const auto& job = running.front();
    return fail(ErrorCode::kConflict, "job-running",
                "the job " + job.id + " (" + job.kind + ") is " +
                    std::string(incident::to_string(job.state)) + "; wait until it has ended");
  }
  return {};
}

/// What the incident's responses did on the server, as the worker told.
struct Done {
  Json jobs = Json::array();
  std::set<std::int64_t> steps;
  bool told = true;  ///< all of it: none of them died, was stopped or cancelled
};

Result<Done> done_by(Casework& casework, store::Tx& tx, const std::string& incident_id) {
  RESCUE_ASSIGN(const auto jobs, jobs_in(casework, tx, incident_id, incident::kMailAbuseJob,
                                         {"succeeded", "dead", "stopped", "cancelled"}));
  Done out;
  for (const auto& job : jobs) {
    const bool succeeded = job.state == incident::JobState::kSucceeded;
    // What was cancelled before the worker had it did nothing.
    if (job.state == incident::JobState::kCancelled && job.dispatched_us == 0) continue;
    out.jobs.push_back(job.id);
    out.told = out.told && succeeded;
    if (!succeeded) continue;
    const Json numbers = job.summary.value(Json::json_pointer("/response/numbers"), Json::array());
    for (const auto& number : numbers) {
      if (number.is_number_integer()) out.steps.insert(number.get<std::int64_t>());
    }
  }
  return out;
}

std::string listed(const std::set<std::int64_t>& steps) {
  std::string out;
  for (const auto step : steps) out += (out.empty() ? "" : ", ") + std::to_string(step);
  return out.empty() ? "there is none" : "there are " + out;
}

/// The steps that are named, the last one first. All where none are: those that are known, or nothing where
/// not all are, which means whatever the server has of these jobs.
Result<std::vector<std::int64_t>> read_steps(const Json* named, const Done& done) {
  if (named == nullptr)
    return done.told ? std::vector<std::int64_t>(done.steps.rbegin(), done.steps.rend())
                     : std::vector<std::int64_t>();
  if (!named->is_array() || named->empty() || named->size() > kStepsMax)
    return fail(ErrorCode::kInvalid, "wrong-type", "must be a list of steps by their numbers", "/steps");
  std::set<std::int64_t> chosen;
  for (std::size_t i = 0; i < named->size(); ++i) {
    const Json& one = (*named)[i];
    const auto pointer = "/steps/" + std::to_string(i);
    const bool known = one.is_number_integer() && one >= 1 && one <= kNumberMax &&
                       (!done.told || done.steps.contains(one.get<std::int64_t>()));
    if (!known)
      return fail(ErrorCode::kInvalid, "not-allowed-value",
                  "must be the number of a step of this incident's response: " + listed(done.steps), pointer);
    if (!chosen.insert(one.get<std::int64_t>()).second)
      return fail(ErrorCode::kInvalid, "duplicate-item", "the step stands twice", pointer);
  }
  return std::vector<std::int64_t>(chosen.rbegin(), chosen.rend());
}

/// How the job gets onto the server: as it was handed in with the call or for it, else as the incident has it
/// while it is open.
Result<HandedAccess> access_for(store::Tx& tx, const DeskCall& call, const std::string& incident_id) {
  if (call.access) return *call.access;
  // What waits for the second person's word is for that undo and for nothing else.
  if (!call.approved_by.empty()) {
    RESCUE_ASSIGN(auto waiting, SealedAccess::take(tx, SealedAccess::of_undo(incident_id)));
    if (waiting) return *std::move(waiting);
    if (call.body.contains("access"))
      return fail(
          ErrorCode::kInvalid, "missing-field",
          "the access that came with it was deleted after a week without an answer: reject it, and let it "
          "be asked for anew",
          "/access");
  }
  RESCUE_ASSIGN(auto kept, SealedAccess::find(tx, incident_id));
  if (kept) return *std::move(kept);
  return fail(ErrorCode::kInvalid, "missing-field",
              "the field \"access\" is required: the incident has none, or it was deleted when it was over",
              "/access");
}

/// An earlier undo that was given up is over: this one stands in its place.
Status replace_given_up(Casework& casework, store::Tx& tx, const std::string& incident_id,
                        const Cause& cause) {
  RESCUE_ASSIGN(const auto given_up,
                jobs_in(casework, tx, incident_id, incident::kMailAbuseUndoJob, {"dead", "stopped"}));
  for (const auto& job : given_up)
    RESCUE_TRY(casework.jobs.cancel_given_up(tx, job, cause.actor, "another undo was asked for"));
  return {};
}

struct UndoWish {
  std::string reason;
  bool queue = false, take_over = false;
  const Json* steps = nullptr;
};

Result<UndoWish> read_wish(const Json& body) {
  JsonReader in(body);
  UndoWish wish;
  wish.reason = in.text("reason", {.min_bytes = 1, .max_bytes = 2000});
  wish.steps = in.raw("steps");
  wish.queue = in.boolean("queue", false);
  wish.take_over = in.boolean("take_over", false);
  in.raw("access");
  RESCUE_TRY(in.done());
  return wish;
}

}  // namespace

Result<Json> undo_response(Casework& casework, store::Tx& tx, const DeskCall& call) {
  RESCUE_ASSIGN(const auto wish, read_wish(call.body));
  RESCUE_ASSIGN(const auto incident, casework.incidents.load(tx, call.id));
  RESCUE_TRY(
      check_none_runs(casework, tx, incident.id, {incident::kMailAbuseJob, incident::kMailAbuseUndoJob}));
  RESCUE_ASSIGN(const auto done, done_by(casework, tx, incident.id));
  RESCUE_ASSIGN(const auto steps, read_steps(wish.steps, done));
  if (done.jobs.empty() || (done.told && steps.empty() && !wish.queue)) {
    return fail(ErrorCode::kConflict, "nothing-to-undo",
                done.jobs.empty() ? "no response to mail abuse has ended on this incident"
                                  : "its response changed nothing on the server");
  }
  RESCUE_ASSIGN(const auto access, access_for(tx, call, incident.id));
  if (needs_second_person(casework.config, kUndoAction, call)) {
    RESCUE_ASSIGN(const auto waits,
                  ask_second_person(casework, tx, incident, kUndoAction, wish.reason, call));
    const auto now_us = to_us(casework.service.clock().now());
    if (call.access) RESCUE_TRY(SealedAccess::offer(tx, SealedAccess::of_undo(incident.id), access, now_us));
    return waits;
  }
  Cause cause = cause_of(call, wish.reason);
  RESCUE_TRY(replace_given_up(casework, tx, incident.id, cause));
  const Json instructions{{"jobs", done.jobs}, {"steps", steps}, {"queue", wish.queue}};
  RESCUE_ASSIGN(const auto job, casework.jobs.dispatch_asked(tx, incident,
                                                             {.kind = incident::kMailAbuseUndoJob,
                                                              .reason = wish.reason,
                                                              .instructions = instructions,
                                                              .take_over = wish.take_over,
                                                              .access = access},
                                                             call.trace));
  cause.details.update({{"job_id", job.id}, {"steps", steps}, {"queue", wish.queue}});
  RESCUE_TRY(casework.incidents.trail(tx, incident, "response.undo_asked", cause));
  return to_json(job);
}

Result<Json> plan_response(Casework& casework, store::Tx& tx, const DeskCall& call) {
  JsonReader in(call.body);
  const auto reason = in.text("reason", {.min_bytes = 1, .max_bytes = 2000});
  in.raw("access");
  RESCUE_TRY(in.done());
  RESCUE_ASSIGN(const auto incident, casework.incidents.load(tx, call.id));
  RESCUE_TRY(check_none_runs(casework, tx, incident.id, {incident::kMailAbusePlanJob}));
  RESCUE_ASSIGN(const auto access, access_for(tx, call, incident.id));
  RESCUE_ASSIGN(const auto job,
                casework.jobs.dispatch_asked(
                    tx, incident, {.kind = incident::kMailAbusePlanJob, .reason = reason, .access = access},
                    call.trace));
  Cause cause = cause_of(call, reason);
  cause.details["job_id"] = job.id;
  RESCUE_TRY(casework.incidents.trail(tx, incident, "response.plan_asked", cause));
  return to_json(job);
}

}  // namespace rescue::workflow
