// The web form's back end says that the customer has seen a notice.
#include "requests.hpp"

namespace rescue::workflow {

Result<std::optional<Json>> take_notice_receipt(Casework& casework, store::Tx& tx,
                                                const CustomerRequest& request, Incident& incident) {
  JsonReader in(request.body);
  const auto id = in.text("notice_id");
  RESCUE_TRY(in.done());
  const auto found = load_notice(tx, id);
  if (!found || found->incident_id != incident.id || found->audience != "customer") {
    if (!found && found.error().code != ErrorCode::kNotFound) return fail(found.error());
    return fail(ErrorCode::kNotFound, "notice-not-found", "this incident has no such notice to the customer",
                "/notice_id");
  }
  const bool known = found->receipt.is_object() && found->receipt.value("channel", "") == "web_form";
  if (!known && found->state != "withdrawn") {
    RESCUE_TRY(casework.notices.receive(tx, *found, {"web_form", request.actor(), "shown by the web form"}));
  }
  RESCUE_ASSIGN(const auto notice, load_notice(tx, id));
  return std::optional<Json>(
      {{"incident_id", incident.id}, {"notice_id", notice.id}, {"state", notice.state}});
}

}  // namespace rescue::workflow
