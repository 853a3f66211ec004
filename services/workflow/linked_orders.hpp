#pragma once

#include <string>
#include <string_view>

#include "requests.hpp"

namespace rescue::workflow {

/// The kind of job that carries out a work item: the one that has its name. Nothing: that work is not built.
const incident::JobKind* work_job(incident::JobKinds kinds, std::string_view work_item);
bool is_work_item(std::string_view name);

/// An order on an incident that was ordered before: a larger item when its report was received, until
/// orders.follow_up_s later, or the other kind of work beside it where both intrusion and mail abuse are
/// confirmed. Either is worked on as an incident of its own, which follows this one: what is over stays as it
/// is (R32), and each has its hearing, report and charge. False: it is a first order, and the state decides.
/// kConflict: "work-item-covered", "work-item-not-confirmed", "follow-up-too-late", "order-exists",
/// "illegal-transition".
Result<bool> check_linked_order(Casework& casework, store::Tx& tx, const Incident& incident,
                                const std::string& work_item, std::int64_t submitted_us);

/// Opens the incident that carries out a linked order, ready to accept it, and moves the order to it.
Result<Incident> open_linked_incident(Casework& casework, store::Tx& tx, const Incident& first,
                                      const CustomerRequest& request, const std::string& order_id);

/// Adds `follows` and `followed_by` to what is shown of an incident.
Status add_links(store::Tx& tx, const Incident& incident, Json& out);

}  // namespace rescue::workflow
