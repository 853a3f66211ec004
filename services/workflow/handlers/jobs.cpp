// Jobs, their queues, and what holds them back.
#include "desk/desk.hpp"
#include "handlers/routes.hpp"
#include "rescue/service/idempotency.hpp"
#include "rescue/service/paging.hpp"

namespace rescue::workflow {
namespace {

using http::Method;
using http::Request;
using http::Response;

std::string query_text(const Request& request, std::string_view name) {
  const auto it = request.query.find(name);
  return it == request.query.end() ? std::string() : it->second;
}

std::vector<std::string> kind_names(const Jobs& jobs) {
  std::vector<std::string> names;
  for (const auto& kind : jobs.kinds()) names.emplace_back(kind.name);
  return names;
}

template <class T>
Json to_items(const std::vector<T>& list) {
  Json items = Json::array();
  for (const auto& one : list) items.push_back(to_json(one));
  return items;
}

Result<Response> list_jobs(Casework& casework, const Request& request) {
  RESCUE_TRY(request.only_query({"state", "kind", "queue", "incident_id", "limit", "cursor"}));
  Jobs::Filter filter{.incident_id = query_text(request, "incident_id")};
  RESCUE_ASSIGN(filter.state, query_one_of(request, "state", incident::job_state_names()));
  RESCUE_ASSIGN(filter.kind, query_one_of(request, "kind", kind_names(casework.jobs)));
  RESCUE_ASSIGN(filter.queue, query_one_of(request, "queue", incident::queue_names(casework.jobs.kinds())));
  RESCUE_ASSIGN(const auto page, service::read_page(request));
  RESCUE_ASSIGN(const auto jobs, casework.service.database().read([&](store::Tx& tx) {
    return casework.jobs.list(tx, filter, page.after, page.limit + 1);
  }));
  return Response::json(200, service::page_json(to_items(jobs), page, "job_id"));
}

Result<Response> requeue_job(Casework& casework, const Request& request) {
  RESCUE_ASSIGN(const auto body, request.json());
  const DeskCall call{request.param("id"), body, actor_of(request), request.trace};
  return create_once(casework, request,
                     [&](store::Tx& tx) { return requeue_by_operator(casework, tx, call); });
}

Result<Response> list_queues(Casework& casework, const Request& request) {
  RESCUE_TRY(request.only_query({}));
  RESCUE_ASSIGN(const auto queues,
                casework.service.database().read([&](store::Tx& tx) { return casework.jobs.queues(tx); }));
  return Response::json(200, {{"items", to_items(queues)}, {"next_cursor", nullptr}});
}

Result<Response> list_job_pauses(Casework& casework, const Request& request) {
  RESCUE_TRY(request.only_query({"state", "limit", "cursor"}));
  RESCUE_ASSIGN(const auto state, query_one_of(request, "state", {"active", "lifted"}));
  RESCUE_ASSIGN(const auto page, service::read_page(request));
  RESCUE_ASSIGN(const auto pauses, casework.service.database().read([&](store::Tx& tx) {
    return list_pauses(tx, state, page.after, page.limit + 1);
  }));
  return Response::json(200, service::page_json(to_items(pauses), page, "pause_id"));
}

/// The queue or the incident that the path names.
Result<PauseSubject> subject_of(Casework& casework, store::Tx& tx, const Request& request) {
  if (request.params.contains("queue")) {
    const auto wanted = request.param("queue");
    for (const auto& name : incident::queue_names(casework.jobs.kinds())) {
      if (name == wanted) return PauseSubject{"queue", name};
    }
    return fail(ErrorCode::kNotFound, "queue-not-found", "there is no queue of this name");
  }
  RESCUE_ASSIGN(const auto incident, casework.incidents.load(tx, request.param("id")));
  return PauseSubject{"incident", incident.id};
}

using Change = Result<JobPause> (Jobs::*)(store::Tx&, const PauseSubject&, const PauseCause&);

template <Change change>
Result<Response> change_pause(Casework& casework, const Request& request) {
  RESCUE_ASSIGN(const auto body, request.json());
  JsonReader in(body);
  const auto reason = in.text("reason", {.min_bytes = 1, .max_bytes = 2000});
  RESCUE_TRY(in.done());
  const auto now_us = to_us(casework.service.clock().now());
  return casework.service.database().write([&](store::Tx& tx) {
    return service::Idempotency::once(tx, request, now_us, [&](store::Tx& inner) -> Result<Response> {
      RESCUE_ASSIGN(const auto subject, subject_of(casework, inner, request));
      RESCUE_ASSIGN(const auto pause,
                    (casework.jobs.*change)(inner, subject, {actor_of(request), reason, now_us}));
      return Response::json(201, to_json(pause));
    });
  });
}

}  // namespace

std::vector<http::Route> job_routes(Casework& casework) {
  const auto to = [&casework](Result<Response> (*handler)(Casework&, const Request&)) {
    return [&casework, handler](const Request& request) { return handler(casework, request); };
  };
  const std::set<std::string> readers{"operator", "internal"};
  return {
      {Method::kGet, "/v1/jobs", readers, to(list_jobs)},
      {Method::kPost, "/v1/jobs/{id}/requeues", {"operator"}, to(requeue_job)},
      {Method::kGet, "/v1/job-queues", readers, to(list_queues)},
      {Method::kGet, "/v1/job-pauses", readers, to(list_job_pauses)},
      {Method::kPost, "/v1/job-queues/{queue}/pauses", {"operator"}, to(change_pause<&Jobs::pause>)},
      {Method::kPost, "/v1/job-queues/{queue}/resumptions", {"operator"}, to(change_pause<&Jobs::resume>)},
      {Method::kPost, "/v1/incidents/{id}/job-pauses", {"operator"}, to(change_pause<&Jobs::pause>)},
      {Method::kPost, "/v1/incidents/{id}/job-resumptions", {"operator"}, to(change_pause<&Jobs::resume>)},
  };
}

}  // namespace rescue::workflow
