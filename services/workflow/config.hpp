#pragma once

#include <chrono>
#include <string>

#include "business_days.hpp"
#include "rescue/service/annex_watch.hpp"
#include "rescue/service/service.hpp"
#include "sla_rules.hpp"

namespace rescue::workflow {

struct Config {
  service::ServiceConfig common;
  service::AnnexConfig annexes;  ///< terms (R44), specification (R45), runbook (R3)
  std::chrono::seconds hearing_deadline{};
  std::chrono::seconds hearing_reminder = std::chrono::hours(24);  ///< so long before the deadline
  std::chrono::seconds job_lease{};
  std::chrono::seconds redispatch_after{};  ///< a job nobody started is sent again after this
  int job_attempts_max = 0;                 ///< failures before a person decides
  int job_deaths_max = 3;                   ///< deaths of the workers that ran it before a person decides
  int jobs_outstanding_max = 64;            ///< of one queue in the worker's hands
  BusinessConfig business;                  ///< R10
  SlaTargets sla;
  std::string worker_url;         ///< where documents are fetched from
  std::string worker_token_file;  ///< key with the role `internal`
};

/// kInvalid lists every fault.
Result<Config> load_config(const std::string& path);

}  // namespace rescue::workflow
