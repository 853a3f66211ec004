#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "casework.hpp"
#include "sealed_access.hpp"

namespace rescue::workflow {

/// What a customer asked for through the web form.
struct CustomerRequest {
  std::string id, kind;
  std::string addressed_id;  ///< the incident id that was used, perhaps an alias
  std::string customer, person, key_id;
  Json body;                                ///< an access in it is its key and SHA-256 alone
  std::optional<HandedAccess> access = {};  ///< as it came with the message; not there later
  std::int64_t submitted_us = 0;
  Trace trace;

  std::string actor() const { return "customer:" + customer + "/" + person; }
  Json actor_json() const { return {{"customer", customer}, {"person", person}, {"key_id", key_id}}; }
};

/// The answer, nothing when the decision follows later, or why it is refused. Writes of a refused request are
/// rolled back.
using RequestStep =
    std::function<Result<std::optional<Json>>(Casework&, store::Tx&, const CustomerRequest&, Incident&)>;

Result<std::optional<Json>> take_choice(Casework&, store::Tx&, const CustomerRequest&, Incident&);
Result<std::optional<Json>> take_order(Casework&, store::Tx&, const CustomerRequest&, Incident&);
Result<std::optional<Json>> take_hearing_answers(Casework&, store::Tx&, const CustomerRequest&, Incident&);
Result<std::optional<Json>> take_report_receipt(Casework&, store::Tx&, const CustomerRequest&, Incident&);
Result<std::optional<Json>> take_notice_receipt(Casework&, store::Tx&, const CustomerRequest&, Incident&);
Result<std::optional<Json>> take_cancellation(Casework&, store::Tx&, const CustomerRequest&, Incident&);
Result<std::optional<Json>> take_access_request(Casework&, store::Tx&, const CustomerRequest&, Incident&);
Result<std::optional<Json>> take_customer_task(Casework&, store::Tx&, const CustomerRequest&, Incident&);

/// Decides what customers ask for, and says so to intake.
class Requests {
 public:
  explicit Requests(Casework& casework) : casework_(&casework) {}
  /// request.submitted
  Status on_submitted(store::Tx& tx, const Message& message);
  /// quote.redeemed: the second half of an order's decision.
  Status on_quote_redeemed(store::Tx& tx, const Message& message);
  /// comparison.checked: the second half of a choice's decision, where it names a comparison.
  Status on_comparison_checked(store::Tx& tx, const Message& message);

 private:
  Status decide(store::Tx& tx, const CustomerRequest& request, const Result<Json>& decision);
  Result<CustomerRequest> load(store::Tx& tx, const std::string& id, const Trace& trace) const;
  Casework* casework_;
};

/// The access that came with the request, if one did, is the incident's from now on.
Status accept_access(Casework& casework, store::Tx& tx, const CustomerRequest& request,
                     const Incident& incident);

/// An operator's or the customer's cancellation: stops jobs; what had begun is charged (R41).
Status cancel_incident(Casework& casework, store::Tx& tx, Incident& incident, const Cause& cause,
                       const Trace& trace);

/// The report was delivered (incident.delivery says how): the incident is complete, the fee is due (R31,
/// R41).
Status complete_incident(Casework& casework, store::Tx& tx, Incident& incident, const Cause& cause,
                         const Trace& trace);

/// Takes a choice whose comparison pricing has found: as it was shown, or not at all.
Result<Json> accept_choice(Casework& casework, store::Tx& tx, const CustomerRequest& request,
                           const Json& checked);

/// Begins an order that pricing has agreed to: ordered, scheduled, hearing opened, job dispatched.
Result<Json> accept_order(Casework& casework, store::Tx& tx, const CustomerRequest& request,
                          const Json& redeemed);

}  // namespace rescue::workflow
