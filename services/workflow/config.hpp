#pragma once

#include <chrono>
#include <string>
#include <vector>

#include "business_days.hpp"
#include "notices/settings.hpp"
#include "rescue/directory/contracts.hpp"
#include "rescue/service/annex_watch.hpp"
#include "rescue/service/service.hpp"
#include "sla_rules.hpp"

namespace rescue::workflow {

struct Config {
  service::ServiceConfig common;
  service::AnnexConfig annexes;          ///< terms (R44), specification (R45), runbook (R3)
  directory::ContractsConfig contracts;  ///< whose a server is when one of its jobs is handed out
  std::chrono::seconds hearing_deadline{};
  std::chrono::seconds follow_up_window = std::chrono::days(14);   ///< after the report
  std::chrono::seconds hearing_reminder = std::chrono::hours(24);  ///< so long before the deadline
  std::chrono::seconds job_lease{};
  std::chrono::seconds redispatch_after{};  ///< a job nobody started is sent again after this
  int job_attempts_max = 0;                 ///< failures before a person decides
  int job_deaths_max = 3;                   ///< deaths of the workers that ran it before a person decides
  int jobs_outstanding_max = 64;            ///< of one queue in the worker's hands
  BusinessConfig business;                  ///< R10
  SlaTargets sla;
  /// A report joins an open incident about the same that was opened at most so long ago.
  std::chrono::seconds duplicate_window = std::chrono::hours(30 * 24);
  /// A report of what was seen before the work was done may come so late.
  std::chrono::seconds duplicate_late = std::chrono::hours(14 * 24);
  std::vector<std::string> second_person;  ///< actions that want another operator's word
  NoticeSettings notices;
  std::string sealing_public_keys;  ///< which keys access may be sealed to; empty: none is taken
  std::string worker_url;           ///< where documents are fetched from
  std::string worker_token_file;    ///< key with the role `internal`
};

/// kInvalid lists every fault.
Result<Config> load_config(const std::string& path);

}  // namespace rescue::workflow
