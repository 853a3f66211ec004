// What waits for operators.
#include "handlers/routes.hpp"
#include "rescue/service/idempotency.hpp"
#include "rescue/service/paging.hpp"

namespace rescue::workflow {
namespace {

using http::Method;
using http::Request;
using http::Response;

std::string incident_filter(const Request& request) {
  const auto it = request.query.find("incident_id");
  return it == request.query.end() ? std::string() : it->second;
}

Result<Response> list_tasks(Casework& casework, const Request& request) {
  RESCUE_TRY(request.only_query({"state", "incident_id", "limit", "cursor"}));
  RESCUE_ASSIGN(const auto state, query_one_of(request, "state", {"open", "done"}));
  RESCUE_ASSIGN(const auto page, service::read_page(request));
  RESCUE_ASSIGN(const auto tasks, casework.service.database().read([&](store::Tx& tx) {
    return casework.tasks.list(tx, state, incident_filter(request), page.after, page.limit + 1);
  }));
  Json items = Json::array();
  for (const auto& task : tasks) items.push_back(to_json(task));
  return Response::json(200, service::page_json(std::move(items), page, "task_id"));
}

Result<Response> complete_task(Casework& casework, const Request& request) {
  RESCUE_ASSIGN(const auto body, request.json());
  JsonReader in(body);
  const auto outcome = in.text("outcome", {.min_bytes = 1, .max_bytes = 200});
  const auto note = in.text("note", {.min_bytes = 1, .max_bytes = 5000});
  RESCUE_TRY(in.done());
  const auto now_us = to_us(casework.service.clock().now());
  return casework.service.database().write([&](store::Tx& tx) {
    return service::Idempotency::once(tx, request, now_us, [&](store::Tx& inner) -> Result<Response> {
      RESCUE_ASSIGN(const auto task,
                    casework.tasks.complete(inner, request.param("id"), outcome, note, actor_of(request)));
      return Response::json(201, to_json(task));
    });
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
  return {
      {Method::kGet, "/v1/tasks", {"operator"}, to(list_tasks)},
      {Method::kPost, "/v1/tasks/{id}/completions", {"operator"}, to(complete_task)},
  };
}

}  // namespace rescue::workflow
