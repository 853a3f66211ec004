// What waits for operators, and whose hands it is in.
#include "desk/desk.hpp"
#include "handlers/routes.hpp"
#include "rescue/http/api_keys.hpp"
#include "rescue/service/paging.hpp"
#include "task_ends.hpp"

namespace rescue::workflow {
namespace {

using http::Method;
using http::Request;
using http::Response;

std::string query_text(const Request& request, std::string_view name) {
  const auto it = request.query.find(name);
  return it == request.query.end() ? std::string() : it->second;
}

/// "k3" as the audit trail has it.
std::string operator_named(const std::string& key_id) {
  return "operator:" + key_id;
}

Result<Response> list_tasks(Casework& casework, const Request& request) {
  RESCUE_TRY(request.only_query({"state", "incident_id", "kind", "holder", "limit", "cursor"}));
  Tasks::Filter filter{.incident_id = query_text(request, "incident_id"),
                       .kind = query_text(request, "kind"),
                       .holder = query_text(request, "holder")};
  RESCUE_ASSIGN(filter.state, query_one_of(request, "state", {"open", "done"}));
  if (!filter.holder.empty() && filter.holder != kNobody) filter.holder = operator_named(filter.holder);
  RESCUE_ASSIGN(const auto page, service::read_page(request));
  RESCUE_ASSIGN(const auto tasks, casework.service.database().read([&](store::Tx& tx) {
    return casework.tasks.list(tx, filter, page.after, page.limit + 1);
  }));
  Json items = Json::array();
  for (const auto& task : tasks) items.push_back(to_json(task));
  return Response::json(200, service::page_json(std::move(items), page, "task_id"));
}

Result<Response> get_task(Casework& casework, const Request& request) {
  RESCUE_TRY(request.only_query({}));
  return casework.service.database().read([&](store::Tx& tx) -> Result<Response> {
    RESCUE_ASSIGN(const auto task, casework.tasks.load(tx, request.param("id")));
    RESCUE_ASSIGN(const auto notes, list_notes(tx, task.incident_id, task.id, "", 200));
    Json out = to_json(task);
    out["notes"] = Json::array();
    for (const auto& note : notes) out["notes"].push_back(note);
    return Response::json(200, out);
  });
}

Result<Response> claim_task(Casework& casework, const Request& request) {
  RESCUE_ASSIGN(const auto body, request.json());
  JsonReader in(body);
  RESCUE_TRY(in.done());
  return create_once(casework, request, [&](store::Tx& tx) -> Result<Json> {
    RESCUE_ASSIGN(const auto task, casework.tasks.claim(tx, request.param("id"), actor_of(request)));
    if (task.incident_id.empty()) return to_json(task);
    // Somebody has it in hand: that is the first response.
    RESCUE_ASSIGN(const auto incident, casework.incidents.load(tx, task.incident_id));
    RESCUE_TRY(casework.sla.follow(tx, incident, true));
    return to_json(task);
  });
}

Result<Response> release_task(Casework& casework, const Request& request) {
  RESCUE_ASSIGN(const auto body, request.json());
  JsonReader in(body);
  const auto reason = in.text("reason", {.min_bytes = 1, .max_bytes = 2000});
  RESCUE_TRY(in.done());
  return create_once(casework, request, [&](store::Tx& tx) -> Result<Json> {
    RESCUE_ASSIGN(const auto task,
                  casework.tasks.release(tx, request.param("id"), actor_of(request), reason));
    return to_json(task);
  });
}

Status check_operator(const Casework& casework, const std::string& key_id) {
  RESCUE_ASSIGN(const auto keys, http::ApiKeys::load(casework.config.common.keys_file));
  for (const auto& entry : keys.entries()) {
    if (entry.id == key_id && entry.role == "operator" && !entry.disabled) return {};
  }
  return fail(ErrorCode::kInvalid, "not-an-operator", "must be the id of an operator's key that works",
              "/to");
}

Result<Response> hand_task_over(Casework& casework, const Request& request) {
  RESCUE_ASSIGN(const auto body, request.json());
  JsonReader in(body);
  const auto to = in.text("to", {.min_bytes = 1, .max_bytes = 100});
  const auto from = in.optional_text("from", {.min_bytes = 1, .max_bytes = 100});
  const auto reason = in.text("reason", {.min_bytes = 1, .max_bytes = 2000});
  RESCUE_TRY(in.done());
  RESCUE_TRY(check_operator(casework, to));
  const auto by = actor_of(request);
  const Tasks::HandOver wish{from ? operator_named(*from) : by, operator_named(to), by, reason};
  return create_once(casework, request, [&](store::Tx& tx) -> Result<Json> {
    RESCUE_ASSIGN(const auto task, casework.tasks.hand_over(tx, request.param("id"), wish));
    return to_json(task);
  });
}

Result<Response> complete_task(Casework& casework, const Request& request) {
  RESCUE_ASSIGN(const auto body, request.json());
  JsonReader in(body);
  const auto outcome = in.text("outcome", {.min_bytes = 1, .max_bytes = 200});
  const auto note = in.text("note", {.min_bytes = 1, .max_bytes = 5000});
  RESCUE_TRY(in.done());
  return create_once(casework, request, [&](store::Tx& tx) -> Result<Json> {
    RESCUE_ASSIGN(const auto task, finish_task(casework, tx, request.param("id"), outcome,
                                               {actor_of(request), note}, request.trace));
    return to_json(task);
  });
}

}  // namespace

Result<std::string> query_one_of(const Request& request, std::string_view name,
                                 const std::vector<std::string>& allowed) {
  const auto it = request.query.find(name);
  if (it == request.query.end()) return std::string();
  std::string list;
  for (const auto& value : allowed) {
    if (it->second == value) return value;
    list += (list.empty() ? "" : ", ") + value;
  }
  return fail(ErrorCode::kInvalid, "bad-query", std::string(name) + " must be one of: " + list);
}

std::vector<http::Route> work_list_routes(Casework& casework) {
  const auto to = [&casework](Result<Response> (*handler)(Casework&, const Request&)) {
    return [&casework, handler](const Request& request) { return handler(casework, request); };
  };
  const std::set<std::string> operators{"operator"};
  return {
      {Method::kGet, "/v1/tasks", operators, to(list_tasks)},
      {Method::kGet, "/v1/tasks/{id}", operators, to(get_task)},
      {Method::kPost, "/v1/tasks/{id}/claims", operators, to(claim_task)},
      {Method::kPost, "/v1/tasks/{id}/releases", operators, to(release_task)},
      {Method::kPost, "/v1/tasks/{id}/hand-overs", operators, to(hand_task_over)},
      {Method::kPost, "/v1/tasks/{id}/completions", operators, to(complete_task)},
  };
}

}  // namespace rescue::workflow
