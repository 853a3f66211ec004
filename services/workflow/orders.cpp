// R22, R23, R27–R30: one order for one server, after the choice, named by its quote. Pricing agrees first,
// then the work begins.
#include <algorithm>

#include "linked_orders.hpp"
#include "notices/announcements.hpp"
#include "requests.hpp"
#include "rescue/base/broken_rule.hpp"
#include "rescue/base/sha256.hpp"
#include "rescue/catalog/contracts.hpp"
#include "rescue/incident/messages.hpp"
#include "work_plan.hpp"

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
  in.raw("access");  // kept beside the order
  RESCUE_TRY(quote.done());
  RESCUE_TRY(in.done());
  return order;
}

/// R12, R13, R27: what was confirmed decides what can be ordered; what this release does not do yet is
/// refused in plain words.
Status check_work_item(const Incident& incident, incident::JobKinds kinds, const std::string& work_item) {
  const auto& found = incident.confirmation;
  if (work_item == "mail_abuse_response" &&
      std::find(found.begin(), found.end(), "mail_abuse") == found.end()) {
    return fail(ErrorCode::kConflict, "work-item-not-confirmed",
                "mail_abuse_response needs a confirmed mail_abuse", "/work_item");
  }
  if (work_job(kinds, work_item) != nullptr) return {};
  std::string available;
  for (const auto& kind : kinds) {
    if (is_work_item(kind.name)) available += (available.empty() ? "" : ", ") + std::string(kind.name);
  }
  return fail(ErrorCode::kInvalid, "work-item-not-available",
              "this work item cannot be ordered yet; available: " + available, "/work_item");
}

/// R44, R45: what was in force when the customer ordered.
Result<Json> versions_at(const Casework& casework, std::int64_t submitted_us) {
  const auto documents = casework.annexes.current()->documents;
  const auto day = catalog::day_in_tokyo(from_us(submitted_us));
  RESCUE_ASSIGN(const auto terms, documents->on(catalog::kTerms, day));
  RESCUE_ASSIGN(const auto specification, documents->on(catalog::kSpecification, day));
  return Json{{"terms", terms.version}, {"specification", specification.version}};
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

/// R33–R45: each consent with who gave it and when, beside the text that intake found for it.
Json consents_given(const Json& consents, const CustomerRequest& request) {
  Json out = Json::array();
  for (const auto& consent : consents) {
    if (!consent.is_object()) continue;
    out.push_back(consent);
    out.back()["actor"] = request.actor_json();
    out.back()["accepted_at"] = format_rfc3339(from_us(request.submitted_us));
  }
  return out;
}

/// R28, R29, R44, R45: the order keeps what the customer was shown, the quote's document included, under one
/// hash: SHA-256 of {consents, quote, versions} with sorted keys and without spaces. Nothing: pricing told of
/// no document.
Result<std::optional<std::string>> keep_what_was_shown(store::Tx& tx, const std::string& order_id,
                                                       const Json& redeemed) {
  RESCUE_ASSIGN(
      const auto row,
      tx.find("SELECT consents, versions, quote_sha256 FROM orders WHERE order_id = ?", {order_id}));
  const Json quote = redeemed.value("quote", Json());
  if (!row || !quote.is_object()) return std::nullopt;
  Json unnamed = quote;
  unnamed.erase("sha256");
  if (sha256_hex(dump_json(unnamed)) != row->text(2)) {
    return fail(ErrorCode::kCorrupt, "internal-error", "the quote is not the one that the order names");
  }
  RESCUE_ASSIGN(const auto consents, parse_json(row->text(0)));
  RESCUE_ASSIGN(const auto versions, parse_json(row->text(1)));
  const Json shown{{"consents", consents}, {"quote", quote}, {"versions", versions}};
  auto sha256 = sha256_hex(dump_json(shown));
  RESCUE_TRY(tx.execute("UPDATE orders SET quote = ?, shown_sha256 = ? WHERE order_id = ?",
                        {dump_json(quote), sha256, order_id}));
  return std::optional<std::string>(std::move(sha256));
}

std::string begin_text(const WorkPlan& plan, Timestamp now) {
  if (plan.begins <= now) return "the work can begin at once";
  return "the work waits for the opening at " + format_rfc3339(plan.begins, calendar::kTokyoOffset);
}

}  // namespace

Result<std::optional<Json>> take_order(Casework& casework, store::Tx& tx, const CustomerRequest& request,
                                       Incident& incident) {
  RESCUE_ASSIGN(const auto order, read_order(request.body));
  RESCUE_ASSIGN(const bool linked,
                check_linked_order(casework, tx, incident, order.work_item, request.submitted_us));
  if (!linked) RESCUE_TRY(check_orderable(incident));
  if (order.server_id != incident.server_id) {
    return fail(ErrorCode::kConflict, "wrong-server",
                "this incident is about the server " + incident.server_id, "/server_id");
  }
  RESCUE_TRY(check_work_item(incident, casework.jobs.kinds(), order.work_item));
  // A further order goes beside the one that stands.
  const std::string taken = linked ? "('pending')" : "('pending','accepted')";
  RESCUE_ASSIGN(
      const auto other,
      tx.find("SELECT order_id FROM orders WHERE incident_id = ? AND state IN " + taken, {incident.id}));
  if (other)
    return fail(ErrorCode::kConflict, "order-exists", "this incident has the order " + other->text(0));

  const auto now = casework.service.clock().now();
  const auto order_id = OrderId::make(now).str();
  RESCUE_ASSIGN(const auto versions, versions_at(casework, request.submitted_us));
  RESCUE_TRY(
      tx.execute("INSERT INTO orders (order_id, incident_id, request_id, server_id, work_item, quote_id, "
                 "quote_sha256, consents, "
                 "versions, actor, state, submitted_us) VALUES (?,?,?,?,?,?,?,?,?,?,'pending',?)",
                 {order_id, incident.id, request.id, order.server_id, order.work_item, order.quote_id,
                  order.quote_sha256, dump_json(consents_given(order.consents, request)), dump_json(versions),
                  dump_json(request.actor_json()), request.submitted_us}));
  if (request.access) {
    RESCUE_TRY(SealedAccess::offer(tx, request.id, *request.access, request.submitted_us));
  }
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
  const std::string order_id = redeemed.value("order_id", "");
  const auto work_item = request.body.value("work_item", "");
  RESCUE_ASSIGN(const bool linked,
                check_linked_order(casework, tx, incident, work_item, request.submitted_us));
  if (linked) {
    RESCUE_ASSIGN(incident, open_linked_incident(casework, tx, incident, request, order_id));
  }
  RESCUE_TRY(check_orderable(incident));
  const auto total_yen = redeemed.value("total_yen", std::int64_t{0});
  const auto now = casework.service.clock().now();
  const auto plan =
      plan_work(*casework.business_days.current(), work_item, now, redeemed.value("out_of_hours", false));
  RESCUE_TRY(tx.execute(
      "UPDATE orders SET state = 'accepted', total_yen = ?, decided_us = ?, begins_us = ?, out_of_hours = ?, "
      "plan = ? WHERE order_id = ?",
      {total_yen, to_us(now), to_us(plan.begins), std::int64_t{plan.out_of_hours}, dump_json(to_json(plan)),
       order_id}));
  RESCUE_ASSIGN(const auto shown_sha256, keep_what_was_shown(tx, order_id, redeemed));
  Json accepted{{"order_id", order_id}, {"total_yen", total_yen}};
  if (shown_sha256) accepted["shown_sha256"] = *shown_sha256;
  incident.traceparent = request.trace.traceparent();
  RESCUE_TRY(casework.incidents.advance(tx, incident, Event::kAcceptOrder,
                                        {request.actor(), "order by web form", std::move(accepted)}));
  RESCUE_ASSIGN(const bool asked, casework.hearings.open(tx, incident, work_item));
  incident.waiting_for = asked ? std::optional<std::string>("hearing") : std::nullopt;
  RESCUE_TRY(accept_access(casework, tx, request, incident));
  RESCUE_TRY(casework.incidents.advance(tx, incident, Event::kSchedule,
                                        {"system", begin_text(plan, now), {{"order_id", order_id}}}));
  RESCUE_TRY(casework.jobs.dispatch(tx, incident, work_item, request.trace, plan.begins));
  RESCUE_TRY(tell_order_accepted(casework, tx, incident, order_id, total_yen, plan.begins));
  if (asked) RESCUE_TRY(tell_hearing(casework, tx, incident, order_id));
  return Json{
      {"order_id", order_id},   {"incident_id", incident.id}, {"state", incident::to_string(incident.state)},
      {"work_item", work_item}, {"work", to_json(plan)},      {"total_yen", total_yen}};
}

}  // namespace rescue::workflow
