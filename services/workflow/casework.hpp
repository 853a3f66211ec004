#pragma once

#include <functional>
#include <string>

#include "business_days.hpp"
#include "config.hpp"
#include "hearings.hpp"
#include "incidents.hpp"
#include "jobs.hpp"
#include "notices/notices.hpp"
#include "rescue/service/sealing_keys.hpp"
#include "sla.hpp"
#include "tasks.hpp"

namespace rescue::workflow {

/// The parts that the steps of an incident share, and the steps that no customer or operator takes: those
/// that follow from a notice, a job's end or the clock. Each function runs inside the caller's transaction.
/// Thread-safe.
class Casework {
 public:
  Casework(service::Service& service, const Config& config, catalog::Contracts& contracts,
           Jobs::Options jobs = {});

  /// A message that begins or joins an incident (report.received).
  Status on_report(store::Tx& tx, const Message& message);
  /// R3: the version of the runbook that incidents of that day are worked by.
  Result<std::string> runbook_on(std::int64_t at_us) const;
  /// Starts the precheck of a new or unconfirmed incident.
  Status start_precheck(store::Tx& tx, Incident& incident, const Cause& cause, const Trace& trace);
  /// Work is finished once its result and the hearing are both there (R14).
  Status finish_work_if_complete(store::Tx& tx, Incident& incident, const Trace& trace);
  /// Ends hearings whose deadline has passed. For the timer.
  Status close_overdue_hearings();
  /// Says of hearings whose deadline is near that the customer is to be reminded. For the timer.
  Status remind_of_hearings();
  /// Deletes the access of undos for which no second person spoke within a week. For the timer.
  Status forget_unanswered_access();
  /// Asks pricing to charge the accepted order, whatever the outcome was (R41).
  Status charge(store::Tx& tx, const Incident& incident, const std::string& outcome, const Trace& trace);
  Status on_charge_created(store::Tx& tx, const Message& message);
  /// A quote was refused because the server's operating system is not listed: a person looks at it (R9).
  Status on_system_unlisted(store::Tx& tx, const Message& message);

  service::Service& service;
  const Config& config;
  BusinessDays business_days;
  Sla sla;
  catalog::AnnexFolder annexes;
  Incidents incidents;
  Tasks tasks;
  Notices notices;
  Hearings hearings;
  service::SealingKeys sealing_keys;  ///< which keys access may be sealed to
  Standings standings;
  Jobs jobs;

  /// What others may want to tell the customer of a hearing; runs in the step's own transaction.
  enum class HearingEvent { kAskedMore, kReminder, kClosedAtDeadline };
  std::function<Status(store::Tx&, const Incident&, const Hearing&, HearingEvent)> hearing_listener;

 private:
  Status merge(store::Tx& tx, const Message& message, Incident& target);
  Status on_job_started(store::Tx& tx, const Job& job, const Message& message);
  Status on_job_succeeded(store::Tx& tx, const Job& job, const Message& message);
  Status on_precheck(store::Tx& tx, Incident& incident, const Job& job, const Message& message);
  /// The result of an order's work, which `action` names in the audit trail.
  Status on_work(store::Tx& tx, Incident& incident, const Job& job, const Message& message,
                 const std::string& action, const std::string& reason);
};

}  // namespace rescue::workflow
