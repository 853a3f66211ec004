// The incident's own routes: list, one, history, report, decisions.
#include "app.hpp"
#include "decisions.hpp"
#include "handlers/routes.hpp"
#include "rescue/service/acting_for.hpp"
#include "rescue/service/paging.hpp"

namespace rescue::workflow {
namespace {

using http::Method;
using http::Request;
using http::Response;

bool is_staff(const Request& request) {
  return request.caller->role != "web_form";
}

Result<Response> list_incidents(Casework& casework, const Request& request) {
  RESCUE_TRY(request.only_query({"state", "server_id", "customer", "on_behalf_of", "limit", "cursor"}));
  RESCUE_ASSIGN(const auto customer, service::customer_scope(request));
  RESCUE_ASSIGN(const auto page, service::read_page(request));
  const auto text = [&](std::string_view name) {
    const auto it = request.query.find(name);
    return it == request.query.end() ? std::string() : it->second;
  };
  Incidents::Filter filter{text("state"), text("server_id"), customer.value_or(text("customer"))};
  RESCUE_TRY(query_one_of(request, "state", incident::state_names()));
  RESCUE_ASSIGN(const auto found, casework.service.database().read([&](store::Tx& tx) {
    return casework.incidents.list(tx, filter, page.after, page.limit + 1);
  }));
  Json items = Json::array();
  for (const auto& incident : found) items.push_back(incident_summary(incident));
  return Response::json(200, service::page_json(std::move(items), page, "incident_id"));
}

Result<Response> get_incident(Casework& casework, const Request& request) {
  RESCUE_TRY(request.only_query({"on_behalf_of"}));
  return casework.service.database().read([&](store::Tx& tx) -> Result<Response> {
    RESCUE_ASSIGN(const auto incident, visible_incident(casework, tx, request));
    if (incident.id != request.param("id")) {
      return Response::json(200, {{"incident_id", request.param("id")}, {"merged_into", incident.id}});
    }
    RESCUE_ASSIGN(const auto view, incident_view(casework, tx, incident, is_staff(request)));
    return Response::json(200, view);
  });
}

Result<Response> get_history(Casework& casework, const Request& request) {
  RESCUE_TRY(request.only_query({"limit", "cursor"}));
  RESCUE_ASSIGN(const auto page, service::read_page(request));
  RESCUE_ASSIGN(const auto after, page.after_number());
  RESCUE_ASSIGN(const auto rows,
                casework.service.database().read([&](store::Tx& tx) -> Result<std::vector<store::AuditRow>> {
                  // A merged incident keeps its own history; the id of a report alone leads to where it
                  // joined.
                  const auto own = casework.incidents.load_exact(tx, request.param("id"));
                  if (own) return store::Audit::of_incident(tx, own->id, after, page.limit + 1);
                  RESCUE_ASSIGN(const auto incident, casework.incidents.load(tx, request.param("id")));
                  return store::Audit::of_incident(tx, incident.id, after, page.limit + 1);
                }));
  Json items = Json::array();
  for (const auto& row : rows) {
    items.push_back({{"number", row.number},
                     {"at", format_rfc3339(from_us(row.at_us))},
                     {"actor", row.actor},
                     {"action", row.action},
                     {"reason", row.reason},
                     {"details", row.details},
                     {"hash", row.hash}});
  }
  return Response::json(200, service::page_json(std::move(items), page, "number"));
}

/// Which stored column answers ?format=&lang=.
Result<std::string> report_column(const Request& request) {
  const auto value = [&](std::string_view name, const std::string& fallback) {
    const auto it = request.query.find(name);
    return it == request.query.end() ? fallback : it->second;
  };
  const auto format = value("format", "json");
  const auto language = value("lang", "ja");
  if (format == "json") return std::string("report");
  if (format != "html") return fail(ErrorCode::kInvalid, "bad-query", "format must be one of: json, html");
  if (language != "ja" && language != "en")
    return fail(ErrorCode::kInvalid, "bad-query", "lang must be one of: ja, en");
  return "report_html_" + language;
}

Result<Response> get_report(Casework& casework, const Request& request) {
  RESCUE_TRY(request.only_query({"on_behalf_of", "format", "lang"}));
  RESCUE_ASSIGN(const auto column, report_column(request));
  return casework.service.database().read([&](store::Tx& tx) -> Result<Response> {
    RESCUE_ASSIGN(const auto incident, visible_incident(casework, tx, request));
    if (!incident.report_sha256) {
      return fail(ErrorCode::kNotFound, "report-not-ready", "the customer report does not exist yet");
    }
    RESCUE_ASSIGN(const auto row,
                  tx.find("SELECT " + column + " FROM incidents WHERE incident_id = ?", {incident.id}));
    Response response;
    response.body = row->text(0);
    response.headers.emplace_back("ETag", "\"" + *incident.report_sha256 + "\"");
    if (column != "report") {
      response.content_type = "text/html; charset=utf-8";
      response.headers.emplace_back("Content-Security-Policy",
                                    "default-src 'none'; style-src 'unsafe-inline'");
    }
    return response;
  });
}

Result<Response> get_sla(Casework& casework, const Request& request) {
  RESCUE_TRY(request.only_query({}));
  return casework.service.database().read([&](store::Tx& tx) -> Result<Response> {
    RESCUE_ASSIGN(const auto incident, casework.incidents.load(tx, request.param("id")));
    RESCUE_ASSIGN(const auto view, casework.sla.view(tx, incident));
    return Response::json(200, view);
  });
}

Result<Response> post_decision(Casework& casework, const Request& request) {
  RESCUE_ASSIGN(const auto body, request.json());
  return create_once(casework, request, [&](store::Tx& tx) {
    return decide(casework, tx, request.param("id"), body, actor_of(request), request.trace);
  });
}

}  // namespace

Result<Incident> visible_incident(Casework& casework, store::Tx& tx, const Request& request) {
  RESCUE_ASSIGN(const auto customer, service::customer_scope(request));
  RESCUE_ASSIGN(auto incident, casework.incidents.load(tx, request.param("id")));
  if (customer && incident.customer != *customer) {
    return fail(ErrorCode::kForbidden, "not-your-server",
                "the server of this incident is under another customer's contract");
  }
  return incident;
}

std::string actor_of(const Request& request) {
  return request.caller->role + ":" + request.caller->key_id;
}

std::vector<http::Route> incident_routes(Casework& casework) {
  const auto to = [&casework](Result<Response> (*handler)(Casework&, const Request&)) {
    return [&casework, handler](const Request& request) { return handler(casework, request); };
  };
  const std::set<std::string> readers{"operator", "internal", "web_form"};
  const std::set<std::string> staff{"operator", "internal"};
  return {
      {Method::kGet, "/v1/incidents", readers, to(list_incidents)},
      {Method::kGet, "/v1/incidents/{id}", readers, to(get_incident)},
      {Method::kGet, "/v1/incidents/{id}/history", staff, to(get_history)},
      {Method::kGet, "/v1/incidents/{id}/report", readers, to(get_report)},
      {Method::kGet, "/v1/incidents/{id}/sla", staff, to(get_sla)},
      {Method::kPost, "/v1/incidents/{id}/decisions", {"operator"}, to(post_decision)},
  };
}

std::vector<http::Route> routes(Casework& casework) {
  auto all = incident_routes(casework);
  for (auto& route : work_list_routes(casework)) all.push_back(std::move(route));
  for (auto& route : job_routes(casework)) all.push_back(std::move(route));
  for (auto& route : notice_routes(casework)) all.push_back(std::move(route));
  for (auto& route : hearing_routes(casework)) all.push_back(std::move(route));
  for (auto& route : business_calendar_routes(casework)) all.push_back(std::move(route));
  for (auto& route : desk_routes(casework)) all.push_back(std::move(route));
  for (auto& route : evidence_routes(casework)) all.push_back(std::move(route));
  for (auto& route : billing_routes(casework)) all.push_back(std::move(route));
  for (auto& route : event_routes(casework)) all.push_back(std::move(route));
  return all;
}

}  // namespace rescue::workflow
