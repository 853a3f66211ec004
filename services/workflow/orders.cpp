// R22, R27–R30: one order for one server, after the choice, named by its quote. Pricing agrees first, then
// the work begins.
#include <algorithm>

#include "requests.hpp"
#include "rescue/base/broken_rule.hpp"
#include "rescue/incident/messages.hpp"

namespace rescue::workflow {
namespace {

namespace messages = incident::messages;
using incident::Event;

struct OrderBody {
  std::string server_id, work_item, quote_id, quote_sha256;
  Json consents = Json::array();
};

Result<OrderBody> read_order(const Json& body) {
  OrderBody order;
  JsonReader in(body);
  order.server_id = in.text("server_id");
  order.work_item = in.text("work_item");
  auto quote = in.object("quote");
  order.quote_id = quote.text("id");
  order.quote_sha256 = quote.text("sha256");
  const Json* consents = in.raw("consents");
  if (consents != nullptr) order.consents = *consents;
  RESCUE_TRY(quote.done());
  RESCUE_TRY(in.done());
  return order;
}

/// R12, R27: what was confirmed decides what can be ordered; what this release does not do yet is refused in
/// plain words.
Status check_work_item(const Incident& incident, const std::string& work_item) {
  const auto& found = incident.confirmation;
  if (work_item == "mail_abuse_response" &&
      std::find(found.begin(), found.end(), "mail_abuse") == found.end()) {
    return fail(ErrorCode::kConflict, "work-item-not-confirmed",
                "mail_abuse_response needs a confirmed mail_abuse", "/work_item");
  }
  if (work_item != "investigation") {
    return fail(ErrorCode::kInvalid, "work-item-not-available",
                "this work item cannot be ordered yet; available: investigation", "/work_item");
  }
  return {};
}

Status check_orderable(const Incident& incident) {
  RESCUE_TRY(incident::next(incident.state, Event::kAcceptOrder));
  if (incident.choice != "service" && !broken("choice-before-order")) {
    return fail(
        ErrorCode::kConflict, "choice-missing",
        "the customer has not chosen the service for this incident; the choice comes before the order");
  }
  return {};
}

}  // namespace

Result<std::optional<Json>> take_order(Casework& casework, store::Tx& tx, const CustomerRequest& request,
                                       Incident& incident) {
  RESCUE_ASSIGN(const auto order, read_order(request.body));
  RESCUE_TRY(check_orderable(incident));
  if (order.server_id != incident.server_id) {
    return fail(ErrorCode::kConflict, "wrong-server",
                "this incident is about the server " + incident.server_id, "/server_id");
  }
  RESCUE_TRY(check_work_item(incident, order.work_item));
  RESCUE_ASSIGN(
      const auto other,
      tx.find("SELECT order_id FROM orders WHERE incident_id = ? AND state IN ('pending','accepted')",
              {incident.id}));
  if (other)
    return fail(ErrorCode::kConflict, "order-exists", "this incident has the order " + other->text(0));

  const auto now = casework.service.clock().now();
  const auto order_id = OrderId::make(now).str();
  const Json versions{{"terms", casework.config.terms_version},
                      {"specification", casework.config.specification_version}};
  RESCUE_TRY(
      tx.execute("INSERT INTO orders (order_id, incident_id, request_id, server_id, work_item, quote_id, "
                 "quote_sha256, consents, "
                 "versions, actor, state, submitted_us) VALUES (?,?,?,?,?,?,?,?,?,?,'pending',?)",
                 {order_id, incident.id, request.id, order.server_id, order.work_item, order.quote_id,
                  order.quote_sha256, dump_json(order.consents), dump_json(versions),
                  dump_json(request.actor_json()), request.submitted_us}));
  RESCUE_ASSIGN(const auto merged_ids, casework.incidents.merged_ids(tx, incident.id));
  RESCUE_TRY(casework.service.send(tx, "pricing", std::string(messages::kQuoteRedeem), incident.id,
                                   {{"request_id", request.id},
                                    {"order_id", order_id},
                                    {"quote_id", order.quote_id},
                                    {"quote_sha256", order.quote_sha256},
                                    {"server_id", order.server_id},
                                    {"customer", incident.customer},
                                    {"work_item", order.work_item},
                                    {"submitted_us", request.submitted_us},
                                    {"merged_ids", merged_ids}},
                                   request.trace));
  if (broken("order-before-work")) {
    RESCUE_TRY(casework.jobs.dispatch(tx, incident, incident::kInvestigationJob, request.trace));
  }
  return std::optional<Json>();
}

Result<Json> accept_order(Casework& casework, store::Tx& tx, const CustomerRequest& request,
                          const Json& redeemed) {
  RESCUE_ASSIGN(auto incident, casework.incidents.load(tx, request.addressed_id));
  RESCUE_TRY(check_orderable(incident));
  const std::string order_id = redeemed.value("order_id", "");
  const auto total_yen = redeemed.value("total_yen", std::int64_t{0});
  const auto now_us = to_us(casework.service.clock().now());
  RESCUE_TRY(
      tx.execute("UPDATE orders SET state = 'accepted', total_yen = ?, decided_us = ? WHERE order_id = ?",
                 {total_yen, now_us, order_id}));
  incident.traceparent = request.trace.traceparent();
  RESCUE_TRY(casework.incidents.advance(
      tx, incident, Event::kAcceptOrder,
      {request.actor(), "order by web form", {{"order_id", order_id}, {"total_yen", total_yen}}}));
  RESCUE_TRY(casework.hearings.open(tx, incident.id));
  incident.waiting_for = "hearing";
  RESCUE_TRY(casework.incidents.advance(tx, incident, Event::kSchedule,
                                        {"system", "the work can begin at once", {{"order_id", order_id}}}));
  RESCUE_TRY(casework.jobs.dispatch(tx, incident, incident::kInvestigationJob, request.trace));
  return Json{{"order_id", order_id},
              {"incident_id", incident.id},
              {"state", incident::to_string(incident.state)},
              {"work_item", request.body.value("work_item", "")},
              {"total_yen", total_yen}};
}

}  // namespace rescue::workflow
