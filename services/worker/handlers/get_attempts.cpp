#include "get_attempts.hpp"

#include "../journal.hpp"
#include "rescue/service/paging.hpp"

namespace rescue::worker {
namespace {

Json time_or_null(const std::optional<std::int64_t>& us) {
  return us ? Json(format_rfc3339(from_us(*us))) : Json(nullptr);
}

Json document_of(const Attempt& attempt) {
  return {{"number", attempt.number},
          {"job_id", attempt.job_id},
          {"attempt", attempt.attempt},
          {"incident_id", attempt.incident_id},
          {"kind", attempt.kind},
          {"server_id", attempt.server_id},
          {"state", attempt.state},
          {"received_at", format_rfc3339(from_us(attempt.received_us))},
          {"started_at", time_or_null(attempt.started_us)},
          {"finished_at", time_or_null(attempt.finished_us)},
          {"document_sha256", attempt.document_sha256 ? Json(*attempt.document_sha256) : Json(nullptr)},
          {"result", attempt.result}};
}

}  // namespace

Result<http::Response> get_attempts(store::Database& database, const http::Request& request) {
  RESCUE_TRY(request.only_query({"job_id", "limit", "cursor"}));
  RESCUE_ASSIGN(const service::Page page, service::read_page(request));
  RESCUE_ASSIGN(const std::int64_t before, page.after_number());
  const auto wanted = request.query.find("job_id");
  const std::string job_id = wanted == request.query.end() ? "" : wanted->second;
  RESCUE_ASSIGN(const auto attempts, database.read([&](store::Tx& tx) {
    return Journal::list(tx, job_id, before, page.limit + 1);
  }));
  Json items = Json::array();
  for (const Attempt& attempt : attempts) items.push_back(document_of(attempt));
  return http::Response::json(200, service::page_json(std::move(items), page, "number"));
}

}  // namespace rescue::worker
