#include "job_row.hpp"

#include <algorithm>

#include "rescue/base/clock.hpp"

namespace rescue::workflow {
namespace {

/// What can be counted without loss in JSON (RFC 8259, section 6).
constexpr std::int64_t kCountMax = 9'007'199'254'740'991;
constexpr std::size_t kWordBytesMax = 40;

Json json_or_null(const store::Row& row, std::size_t column) {
  return row.is_null(column) ? Json() : parse_json(row.text(column)).value_or(Json());
}

bool is_word(std::string_view text) {
  return std::all_of(text.begin(), text.end(),
                     [](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-'; });
}

std::string word(JsonReader& in, std::string_view key) {
  auto text = in.text(key, {.max_bytes = kWordBytesMax});
  if (!is_word(text)) in.fault(key, "not-allowed-value", "must be a word of a-z, 0-9 and -");
  return text;
}

/// Of what is known to have to be done, 0 to 100; null where that is not known.
Json percent_of(const Json& progress) {
  const Json total = progress.value("total", Json());
  if (!total.is_number_integer() || total.get<std::int64_t>() <= 0) return {};
  const auto share = progress.value("done", 0.0) / total.get<double>();
  return static_cast<int>(std::clamp(share, 0.0, 1.0) * 100);
}

std::string time_text(std::int64_t us) {
  return format_rfc3339(from_us(us));
}

}  // namespace

const std::string kSelectJob =
    "SELECT job_id, incident_id, kind, state, attempt, not_before_us, dispatched_us, lease_until_us, worker, "
    "document_sha256, summary, failure, traceparent, created_us, finished_us, queue, priority, failures, "
    "deaths, take_over, progress, "
    "CASE WHEN EXISTS (SELECT 1 FROM job_pauses WHERE scope = 'queue' AND subject = jobs.queue AND lifted_us "
    "IS NULL) THEN 'queue' "
    "WHEN EXISTS (SELECT 1 FROM job_pauses WHERE scope = 'incident' AND subject = jobs.incident_id AND "
    "lifted_us IS NULL) THEN 'incident' ELSE '' END, instructions "
    "FROM jobs ";

Result<Job> job_from_row(const store::Row& row) {
  Job job;
  job.id = row.text(0);
  job.incident_id = row.text(1);
  job.kind = row.text(2);
  RESCUE_ASSIGN(job.state, incident::parse_job_state(row.text(3)));
  job.attempt = row.integer(4);
  job.not_before_us = row.integer(5);
  job.dispatched_us = row.integer(6);
  job.lease_until_us = row.integer(7);
  job.worker = row.text(8);
  job.document_sha256 = row.text(9);
  job.summary = json_or_null(row, 10);
  job.failure = json_or_null(row, 11);
  job.traceparent = row.text(12);
  job.created_us = row.integer(13);
  job.finished_us = row.integer(14);
  job.queue = row.text(15);
  job.priority = row.integer(16);
  job.failures = row.integer(17);
  job.deaths = row.integer(18);
  job.take_over = row.integer(19) != 0;
  job.progress = json_or_null(row, 20);
  if (job.state == incident::JobState::kQueued) job.paused = row.text(21);
  job.instructions = json_or_null(row, 22);
  return job;
}

Result<std::vector<Job>> jobs_from_rows(const std::vector<store::Row>& rows) {
  std::vector<Job> out;
  for (const auto& row : rows) {
    RESCUE_ASSIGN(auto job, job_from_row(row));
    out.push_back(std::move(job));
  }
  return out;
}

Json to_json(const Job& job) {
  Json out{{"job_id", job.id},
           {"incident_id", job.incident_id},
           {"kind", job.kind},
           {"queue", job.queue},
           {"priority", job.priority},
           {"state", incident::to_string(job.state)},
           {"attempt", job.attempt},
           {"failures", job.failures},
           {"deaths", job.deaths},
           {"not_before", time_text(job.not_before_us)},
           {"created_at", time_text(job.created_us)}};
  if (!job.paused.empty()) out["paused"] = job.paused;
  if (!job.worker.empty()) out["worker"] = job.worker;
  if (!job.document_sha256.empty()) out["document_sha256"] = job.document_sha256;
  if (!job.instructions.is_null()) out["instructions"] = job.instructions;
  if (!job.summary.is_null()) out["summary"] = job.summary;
  if (!job.failure.is_null()) out["failure"] = job.failure;
  if (!job.progress.is_null()) {
    out["progress"] = job.progress;
    out["progress"]["percent"] = percent_of(job.progress);
  }
  if (job.finished_us != 0) out["finished_at"] = time_text(job.finished_us);
  return out;
}

Result<Json> read_progress(const Json& progress) {
  JsonReader in(progress);
  Json out{{"phase", word(in, "phase")},
           {"done", in.integer("done", 0, kCountMax)},
           {"total", nullptr},
           {"unit", word(in, "unit")}};
  const Json* total = in.raw("total");
  if (total != nullptr && !total->is_null()) out["total"] = in.integer("total", 0, kCountMax);
  for (const auto* key : {"rate_per_s", "left_s"}) {
    if (const auto number = in.optional_integer(key, 0, kCountMax)) out[key] = *number;
  }
  auto findings = in.optional_object("findings");
  RESCUE_TRY(in.done());
  if (!findings) return out;
  for (const auto* severity : {"critical", "high", "medium", "low", "info"}) {
    out["findings"][severity] = findings->integer(severity, 0, kCountMax);
  }
  RESCUE_TRY(findings->done());
  return out;
}

}  // namespace rescue::workflow
