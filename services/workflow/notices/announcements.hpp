#pragma once

#include "casework.hpp"
#include "customer_tasks.hpp"

/// Who is told what, one function for each; called in the transaction of what it is about.
namespace rescue::workflow {

/// The report is taken: to who reported, under the id that was given out, without a word about whose server
/// it is.
Status tell_report_taken(Casework& casework, store::Tx& tx, const Incident& incident, const Message& message);
/// A third party's report, when its incident is over.
struct ClosedReport {
  std::string key_id, report_id;
  std::string incident_id;  ///< the one that was given out
  Timestamp received;
};
Status tell_report_closed(Casework& casework, store::Tx& tx, const Incident& incident,
                          const ClosedReport& report);
/// R28: the situation and the choice.
Status tell_situation(Casework& casework, store::Tx& tx, const Incident& incident);
/// R2: what the customer gets without the service, once for each time it was chosen.
Status tell_guidance(Casework& casework, store::Tx& tx, const Incident& incident,
                     const std::string& choice_id);
Status tell_order_accepted(Casework& casework, store::Tx& tx, const Incident& incident,
                           const std::string& order_id, std::int64_t total_yen, Timestamp begins);
/// R14: the questions of the incident's hearing.
Status tell_hearing(Casework& casework, store::Tx& tx, const Incident& incident, const std::string& order_id);
/// R14: an operator asks more, or the deadline is near: what is still to be answered.
Status tell_of_hearing(Casework& casework, store::Tx& tx, const Incident& incident, const Hearing& hearing,
                       Casework::HearingEvent event);
/// R31: the report can be read.
Status tell_report_ready(Casework& casework, store::Tx& tx, const Incident& incident);
/// R40: something is left for the customer to do.
Status tell_customer_task(Casework& casework, store::Tx& tx, const Incident& incident,
                          const CustomerTask& task);
Status tell_completed(Casework& casework, store::Tx& tx, const Incident& incident);
Status tell_charge(Casework& casework, store::Tx& tx, const Incident& incident);
Status tell_cancelled(Casework& casework, store::Tx& tx, const Incident& incident);

/// R35: when the server may be stopped.
struct StopWindow {
  Timestamp from, until;
  std::string reason;
};
/// Stores it, with an audit row, and tells the customer. kConflict "illegal-transition" while nothing is
/// ordered or when the work is over. Answers {window_id, incident_id, from, until, reason, announced_by}.
Result<Json> announce_stop_window(Casework& casework, store::Tx& tx, const Incident& incident,
                                  const StopWindow& window, const std::string& actor);

}  // namespace rescue::workflow
