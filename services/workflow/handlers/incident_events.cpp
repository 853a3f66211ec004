// What happened to an incident since the caller last asked, as server-sent events. Each answer ends at once
// and says when to come again: a browser's EventSource does so by itself, with the id of the last event that
// it has seen, and loses nothing.
#include <charconv>

#include "handlers/routes.hpp"
#include "rescue/service/acting_for.hpp"

namespace rescue::workflow {
namespace {

using http::Request;
using http::Response;

constexpr std::size_t kRowsMax = 100;
constexpr std::size_t kJobsMax = 50;
constexpr int kMoreMs = 100, kRunningMs = 2'000, kOpenMs = 10'000, kOverMs = 60'000;

std::string sent_event(std::string_view name, const Json& data, const std::string& id = "") {
  std::string out = id.empty() ? "" : "id: " + id + "\n";
  return out.append("event: ").append(name).append("\ndata: ").append(dump_json(data)).append("\n\n");
}

/// The id that the caller has seen last, 0: none.
Result<std::int64_t> last_seen(const Request& request) {
  const auto text = request.header("last-event-id").value_or("");
  std::int64_t number = 0;
  if (text.empty()) return number;
  const auto [end, fault] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (fault == std::errc() && end == text.data() + text.size() && number >= 0) return number;
  return fail(ErrorCode::kInvalid, "bad-cursor", "Last-Event-ID must be the id of an event that was sent");
}

bool is_step(const store::AuditRow& row) {
  return row.action == "incident.transition" || row.action == "incident.opened";
}

std::string step_event(const store::AuditRow& row, std::int64_t id) {
  const std::string begun(incident::to_string(incident::State::kReported));
  return sent_event("state",
                    {{"at", format_rfc3339(from_us(row.at_us))},
                     {"from", row.details.value("from", Json())},
                     {"to", row.details.value("to", begun)}},
                    std::to_string(id));
}

struct Told {
  std::string text;
  bool more = false;
};

/// Staff sees every line of the history; an event's id is the line's number.
Result<Told> tell_staff(store::Tx& tx, const Incident& incident, std::int64_t after) {
  RESCUE_ASSIGN(auto rows, store::Audit::of_incident(tx, incident.id, after, kRowsMax));
  if (rows.empty() && after > 0) {
    RESCUE_ASSIGN(const auto known, store::Audit::of_incident(tx, incident.id, after - 1, 1));
    // That line is not there: after a backup was put back, numbers are given anew. All is told again.
    if (known.empty()) {
      RESCUE_ASSIGN(rows, store::Audit::of_incident(tx, incident.id, 0, kRowsMax));
    }
  }
  Told out{.text = {}, .more = rows.size() == kRowsMax};
  for (const auto& row : rows) {
    out.text += is_step(row) ? step_event(row, row.number)
                             : sent_event("history",
                                          {{"at", format_rfc3339(from_us(row.at_us))},
                                           {"actor", row.actor},
                                           {"action", row.action},
                                           {"reason", row.reason}},
                                          std::to_string(row.number));
  }
  return out;
}

/// A customer sees the incident's steps, counted from 1: the numbers of the history are the provider's own.
Result<Told> tell_customer(store::Tx& tx, const Incident& incident, std::int64_t after) {
  std::vector<std::string> steps;
  std::int64_t number = 0;
  while (true) {
    RESCUE_ASSIGN(const auto rows, store::Audit::of_incident(tx, incident.id, number, kRowsMax));
    for (const auto& row : rows) {
      number = row.number;
      if (is_step(row)) steps.push_back(step_event(row, static_cast<std::int64_t>(steps.size()) + 1));
    }
    if (rows.size() < kRowsMax) break;
  }
  // More than there are were seen before a backup was put back: all is told again.
  auto first = static_cast<std::size_t>(after) > steps.size() ? 0 : static_cast<std::size_t>(after);
  Told out;
  for (; first < steps.size(); ++first) out.text += steps[first];
  return out;
}

Json shown_of(const Job& job, bool for_staff) {
  const Json all = job_view(job, for_staff);
  Json one = Json::object();
  for (const auto* key : {"job_id", "kind", "state", "attempt", "paused", "progress"}) {
    if (all.contains(key)) one[key] = all.at(key);
  }
  return one;
}

/// How it stands now: without an id, since it is no line that could be missed.
Result<std::string> tell_now(Casework& casework, store::Tx& tx, const Incident& incident, bool for_staff,
                             bool& running) {
  Json now{{"state", incident::to_string(incident.state)},
           {"waiting_for_customer", incident.waiting_for ? Json(*incident.waiting_for) : Json()},
           {"jobs", Json::array()}};
  for (const auto* state : {"leased", "queued"}) {
    RESCUE_ASSIGN(const auto jobs,
                  casework.jobs.list(tx, {.state = state, .incident_id = incident.id}, "", kJobsMax));
    for (const auto& job : jobs) now["jobs"].push_back(shown_of(job, for_staff));
  }
  running = !now["jobs"].empty();
  return sent_event("progress", now);
}

int come_again_ms(const Incident& incident, bool more, bool running) {
  if (more) return kMoreMs;
  if (running) return kRunningMs;
  return incident::is_final(incident.state) ? kOverMs : kOpenMs;
}

Response event_stream(int retry_ms, const std::string& events) {
  Response out;
  out.content_type = "text/event-stream";
  out.body = "retry: " + std::to_string(retry_ms) + "\n\n" + events;
  return out;
}

Result<Response> get_events(Casework& casework, const Request& request) {
  RESCUE_TRY(request.only_query({"on_behalf_of"}));
  RESCUE_ASSIGN(const auto after, last_seen(request));
  const bool for_staff = request.caller->role != "web_form";
  auto stream = casework.service.database().read([&](store::Tx& tx) -> Result<Response> {
    RESCUE_ASSIGN(const auto incident, visible_incident(casework, tx, request));
    if (incident.id != request.param("id")) {
      return event_stream(kOverMs, sent_event("merged", {{"merged_into", incident.id}}));
    }
    RESCUE_ASSIGN(const auto told,
                  for_staff ? tell_staff(tx, incident, after) : tell_customer(tx, incident, after));
    bool running = false;
    RESCUE_ASSIGN(const auto now, tell_now(casework, tx, incident, for_staff, running));
    return event_stream(come_again_ms(incident, told.more, running), told.text + now);
  });
  // A browser's EventSource comes again after a 200 and after nothing else.
  if (!stream && stream.error().code == ErrorCode::kUnavailable) return event_stream(kOpenMs, "");
  return stream;
}

}  // namespace

std::vector<http::Route> event_routes(Casework& casework) {
  return {{http::Method::kGet,
           "/v1/incidents/{id}/events",
           {"operator", "internal", "web_form"},
           [&casework](const Request& request) { return get_events(casework, request); }}};
}

}  // namespace rescue::workflow
