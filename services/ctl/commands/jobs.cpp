// Jobs for workers, their queues, and what holds them back.
#include "commands/commands.hpp"
#include "output/plain_text.hpp"

namespace rescue::ctl {
namespace {

/// "probe-running 12/300 bytes, 4 %, about 7 s left, found 2 critical"
std::string progress_text(const Json& progress) {
  const bool known = progress.contains("total") && !progress["total"].is_null();
  std::string text = field(progress, "phase") + " " + field(progress, "done") +
                     (known ? "/" + field(progress, "total") : "") + " " + field(progress, "unit");
  if (field(progress, "percent") != "-") text += ", " + field(progress, "percent") + " %";
  if (progress.contains("left_s")) text += ", about " + field(progress, "left_s") + " s left";
  if (!progress.contains("findings")) return text;
  for (const auto* severity : {"critical", "high"}) {
    const auto count = field(progress["findings"], severity);
    if (count != "0") text += std::string(", found ") + count + " " + severity;
  }
  return text;
}

/// "undone: full, 2 of 2 steps"
std::string undo_text(const Json& undo) {
  const auto count = [&](const char* key) { return undo.value(key, Json::array()).size(); };
  const auto good = count("undone") + count("already");
  return "undone: " + field(undo, "outcome") + ", " + std::to_string(good) + " of " +
         std::to_string(good + count("refused")) + " steps";
}

/// The one thing that matters about it now.
std::string note_on(const Json& job) {
  if (!job.is_object()) return "-";
  if (job.contains("paused")) return "held back (" + field(job, "paused") + ")";
  if (field(job, "state") == "leased" && job.contains("progress")) return progress_text(job["progress"]);
  const Json::json_pointer undo("/summary/undo");
  if (job.contains(undo)) return undo_text(job.at(undo));
  return job.contains("failure") ? field(job["failure"], "detail") : "-";
}

std::string jobs_text(const Json& list) {
  std::vector<std::vector<std::string>> rows;
  for (const auto& job : list["items"]) {
    rows.push_back({field(job, "job_id"), field(job, "state"), field(job, "kind"), field(job, "attempt"),
                    field(job, "incident_id"), note_on(job)});
  }
  if (rows.empty()) return "No jobs.\n";
  return table({"JOB", "STATE", "KIND", "ATTEMPT", "INCIDENT", "PROGRESS OR FAILURE"}, rows);
}

std::string queues_text(const Json& list) {
  std::vector<std::vector<std::string>> rows;
  for (const auto& queue : list["items"]) {
    const bool held = queue.contains("pause") && queue["pause"].is_object();
    rows.push_back(
        {field(queue, "queue"), field(queue, "waiting"), field(queue, "delayed"), field(queue, "handed_out"),
         field(queue, "running"), field(queue, "given_up"), field(queue, "oldest_waiting_since"),
         held ? "held back by " + field(queue["pause"], "paused_by") + ": " + field(queue["pause"], "reason")
              : "goes on"});
  }
  return table(
      {"QUEUE", "WAITING", "DELAYED", "HANDED OUT", "RUNNING", "GIVEN UP", "OLDEST SINCE", "STANDING"}, rows);
}

std::string pauses_text(const Json& list) {
  std::vector<std::vector<std::string>> rows;
  for (const auto& pause : list["items"]) {
    rows.push_back({field(pause, "scope"), field(pause, "subject"), field(pause, "paused_at"),
                    field(pause, "paused_by"), field(pause, "reason"), field(pause, "lifted_at")});
  }
  if (rows.empty()) return "Nothing is held back.\n";
  return table({"WHAT", "WHICH", "SINCE", "WHO", "WHY", "UNTIL"}, rows);
}

Status change(Session& session, const std::string& path, const Arguments& given, const std::string& word) {
  RESCUE_ASSIGN(const auto pause, session.api.post(path, {{"reason", given.option("--reason")}}));
  return session.show(pause, [&](const Json& now) {
    return escaped("The jobs of " + field(now, "scope") + " " + field(now, "subject") + " " + word) + ".\n";
  });
}

std::string queue_path(const Arguments& given) {
  return "/v1/job-queues/" + segment(given.words.at(0));
}

std::string incident_path(const Arguments& given) {
  return "/v1/incidents/" + segment(given.words.at(0));
}

constexpr const char* kHeldBack = "are held back; those that run go on";
constexpr const char* kGoOn = "go on";

}  // namespace

Status list_jobs(Session& session, const Arguments& given) {
  RESCUE_ASSIGN(const auto list,
                session.api.get_all("/v1/jobs", {{"state", given.option("--state")},
                                                 {"kind", given.option("--kind")},
                                                 {"queue", given.option("--queue")},
                                                 {"incident_id", given.option("--incident")}}));
  return session.show(list, jobs_text);
}

Status requeue_job(Session& session, const Arguments& given) {
  Json wish{{"reason", given.option("--reason")}};
  if (given.has("--not-before")) wish["not_before"] = given.option("--not-before");
  if (given.has("--take-over")) wish["take_over"] = true;
  RESCUE_ASSIGN(const auto job,
                session.api.post("/v1/jobs/" + segment(given.words.at(0)) + "/requeues", wish));
  return session.show(job, [](const Json& now) {
    return done_or_waiting(now, field(now, "job_id") + " is now " + field(now, "state") + ".");
  });
}

Status list_queues(Session& session, const Arguments&) {
  RESCUE_ASSIGN(const auto list, session.api.get("/v1/job-queues"));
  return session.show(list, queues_text);
}

Status list_pauses(Session& session, const Arguments& given) {
  const auto state = given.has("--state") ? given.option("--state") : "active";
  RESCUE_ASSIGN(const auto list, session.api.get_all("/v1/job-pauses", {{"state", state}}));
  return session.show(list, pauses_text);
}

Status pause_queue(Session& session, const Arguments& given) {
  return change(session, queue_path(given) + "/pauses", given, kHeldBack);
}

Status resume_queue(Session& session, const Arguments& given) {
  return change(session, queue_path(given) + "/resumptions", given, kGoOn);
}

Status pause_incident(Session& session, const Arguments& given) {
  return change(session, incident_path(given) + "/job-pauses", given, kHeldBack);
}

Status resume_incident(Session& session, const Arguments& given) {
  return change(session, incident_path(given) + "/job-resumptions", given, kGoOn);
}

}  // namespace rescue::ctl
