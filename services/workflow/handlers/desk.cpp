// What operators do beside the steps: notes, findings, merging, reopening, undoing.
#include "desk/desk.hpp"

#include "handlers/routes.hpp"
#include "rescue/seal/handed_access.hpp"
#include "rescue/service/idempotency.hpp"
#include "rescue/service/paging.hpp"

namespace rescue::workflow {
namespace {

using http::Method;
using http::Request;
using http::Response;

Json items_of(const std::vector<Json>& list) {
  Json items = Json::array();
  for (const auto& one : list) items.push_back(one);
  return items;
}

using DeskStep = Result<Json> (*)(Casework&, store::Tx&, const DeskCall&);

/// A route that creates by `step`.
http::Handler creates(Casework& casework, DeskStep step) {
  return [&casework, step](const Request& request) -> Result<Response> {
    RESCUE_ASSIGN(const auto body, request.json());
    const DeskCall call{request.param("id"), body, actor_of(request), request.trace};
    return create_once(casework, request, [&](store::Tx& tx) { return step(casework, tx, call); });
  };
}

/// The same where the body may bring access to the server: checked as at intake's door, and kept apart from
/// the body from here on.
http::Handler creates_with_access(Casework& casework, DeskStep step) {
  return [&casework, step](const Request& request) -> Result<Response> {
    RESCUE_ASSIGN(auto body, request.json());
    if (const auto access = body.find("access"); access != body.end()) {
      const auto keys = casework.sealing_keys.current();
      RESCUE_TRY(seal::check_access(*access, *keys, casework.service.clock().now()));
    }
    RESCUE_ASSIGN(auto access, take_access(body));
    const DeskCall call{.id = request.param("id"),
                        .body = std::move(body),
                        .actor = actor_of(request),
                        .trace = request.trace,
                        .access = std::move(access)};
    return create_once(casework, request, [&](store::Tx& tx) { return step(casework, tx, call); });
  };
}

Result<Response> get_notes(Casework& casework, const Request& request) {
  RESCUE_TRY(request.only_query({"limit", "cursor"}));
  RESCUE_ASSIGN(const auto page, service::read_page(request));
  RESCUE_ASSIGN(const auto notes,
                casework.service.database().read([&](store::Tx& tx) -> Result<std::vector<Json>> {
                  RESCUE_ASSIGN(const auto incident, casework.incidents.load(tx, request.param("id")));
                  return list_notes(tx, incident.id, "", page.after, page.limit + 1);
                }));
  return Response::json(200, service::page_json(items_of(notes), page, "note_id"));
}

Result<Json> links_of(store::Tx& tx, const std::string& incident_id) {
  RESCUE_ASSIGN(const auto before,
                tx.find("SELECT reopens FROM reopenings WHERE incident_id = ?", {incident_id}));
  RESCUE_ASSIGN(const auto after, tx.query("SELECT incident_id FROM reopenings WHERE reopens = ? ORDER BY "
                                           "incident_id LIMIT 50",
                                           {incident_id}));
  Json out{{"reopens", before ? Json(before->text(0)) : Json()}, {"reopened_as", Json::array()}};
  for (const auto& row : after) out["reopened_as"].push_back(row.text(0));
  return out;
}

}  // namespace

Result<Response> create_once(Casework& casework, const Request& request,
                             const std::function<Result<Json>(store::Tx&)>& create) {
  const auto now_us = to_us(casework.service.clock().now());
  return casework.service.database().write([&](store::Tx& tx) {
    return service::Idempotency::once(tx, request, now_us, [&](store::Tx& inner) -> Result<Response> {
      RESCUE_ASSIGN(const auto answer, create(inner));
      return Response::json(answer.contains("waiting_for") ? 202 : 201, answer);
    });
  });
}

Status add_desk_part(store::Tx& tx, const Incident& incident, Json& out) {
  RESCUE_ASSIGN(const auto notes, list_notes(tx, incident.id, "", "", 200));
  out["notes"] = items_of(notes);
  RESCUE_ASSIGN(const auto attachments, attachments_of(tx, incident.id));
  out["attachments"] = items_of(attachments);
  RESCUE_ASSIGN(const auto findings, findings_of(tx, incident.id));
  out["findings"] = items_of(findings);
  RESCUE_ASSIGN(out["manual_completion"], manual_completion_of(tx, incident.id));
  RESCUE_ASSIGN(out["links"], links_of(tx, incident.id));
  return {};
}

std::vector<http::Route> desk_routes(Casework& casework) {
  const std::set<std::string> operators{"operator"};
  return {
      {Method::kGet, "/v1/incidents/{id}/notes", operators,
       [&casework](const Request& request) { return get_notes(casework, request); }},
      {Method::kPost, "/v1/incidents/{id}/notes", operators, creates(casework, add_incident_note)},
      {Method::kPost, "/v1/tasks/{id}/notes", operators, creates(casework, add_task_note)},
      {Method::kPost, "/v1/incidents/{id}/findings", operators, creates(casework, add_finding)},
      {Method::kPost, "/v1/incidents/{id}/merges", operators, creates(casework, merge_by_operator)},
      {Method::kPost, "/v1/incidents/{id}/unmerges", operators, creates(casework, unmerge_by_operator)},
      {Method::kPost, "/v1/incidents/{id}/reopenings", operators, creates(casework, reopen)},
      {Method::kPost, "/v1/incidents/{id}/undos", operators, creates_with_access(casework, undo_response)},
      {Method::kPost, "/v1/incidents/{id}/response-plans", operators,
       creates_with_access(casework, plan_response)},
  };
}

}  // namespace rescue::workflow
