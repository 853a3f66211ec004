#pragma once

#include <chrono>
#include <string>

#include "rescue/service/service.hpp"

namespace rescue::workflow {

struct Config {
  service::ServiceConfig common;
  std::string runbook_version;        ///< R3
  std::string terms_version;          ///< R44
  std::string specification_version;  ///< R45
  std::chrono::seconds hearing_deadline{};
  std::chrono::seconds hearing_reminder = std::chrono::hours(24);  ///< so long before the deadline
  std::chrono::seconds job_lease{};
  std::chrono::seconds redispatch_after{};  ///< a job nobody started is sent again after this
  int job_attempts_max = 0;                 ///< failures before a person decides
  int job_deaths_max = 3;                   ///< deaths of the workers that ran it before a person decides
  int jobs_outstanding_max = 64;            ///< of one queue in the worker's hands
  std::string worker_url;                   ///< where documents are fetched from
  std::string worker_token_file;            ///< key with the role `internal`
};

/// kInvalid lists every fault.
Result<Config> load_config(const std::string& path);

}  // namespace rescue::workflow
