#pragma once

#include <span>
#include <string>
#include <string_view>

namespace rescue::incident {

/// What follows from one class of failures.
struct FailureRule {
  std::string_view problem;  ///< the failure's problem; "": any
  std::string_view code;     ///< its error code; "": any
  bool retry = false;        ///< it may go better next time; else a person decides at once
  /// The process that ran the job died: counted apart, against a cap of its own.
  bool died = false;
  /// At most so many failures before a person decides; 0: as many as are configured for all jobs.
  int failures_max = 0;
  std::string_view why;
};

/// The table; the first rule that fits a failure counts, and the last one fits all.
std::span<const FailureRule> failure_rules();
const FailureRule& failure_rule(std::string_view problem, std::string_view code);

/// The table, for docs/job-states.md.
std::string describe_failure_rules();

}  // namespace rescue::incident
