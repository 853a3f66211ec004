#include "rescue/incident/job_failures.hpp"

#include <array>

namespace rescue::incident {
namespace {

constexpr bool kAgain = true, kPerson = false, kDied = true, kLives = false;

constexpr std::array kRules{
    FailureRule{"worker-restarted", "", kAgain, kDied, 0, "the worker's process ended while the job ran"},
    FailureRule{"lease-expired", "", kAgain, kDied, 0, "the worker went silent while it held the job"},
    FailureRule{"probe-timed-out", "", kAgain, kLives, 2, "once by a busy machine, twice by the disk"},
    FailureRule{"target-unreachable", "", kAgain, kLives, 0,
                "the server may be starting, or its network be away"},
    FailureRule{"target-lost", "", kAgain, kLives, 0, "the line was cut; nothing runs on there"},
    FailureRule{"target-silent", "", kAgain, kLives, 2, "once by the network, twice by the server"},
    FailureRule{"host-key-mismatch", "", kPerson, kLives, 0, "it may be somebody else who answers"},
    FailureRule{"login-refused", "", kPerson, kLives, 0, "each try might lock the account"},
    FailureRule{"sudo-refused", "", kPerson, kLives, 0, "each try might lock the account"},
    FailureRule{"", "unavailable", kAgain, kLives, 0, "what it depends on may come back"},
    FailureRule{"", "timeout", kAgain, kLives, 0, "the machine may be less busy"},
    FailureRule{"", "", kPerson, kLives, 0, "the same again would end the same"},
};

std::string cell(std::string_view text) {
  return text.empty() ? "any" : std::string(text);
}

}  // namespace

std::span<const FailureRule> failure_rules() {
  return kRules;
}

const FailureRule& failure_rule(std::string_view problem, std::string_view code) {
  for (const auto& rule : kRules) {
    const bool fits =
        (rule.problem.empty() || rule.problem == problem) && (rule.code.empty() || rule.code == code);
    if (fits) return rule;
  }
  return kRules.back();
}

std::string describe_failure_rules() {
  std::string out = "| problem | code | what follows | because |\n|---|---|---|---|\n";
  for (const auto& rule : kRules) {
    std::string follows = rule.retry ? "tried again" : "a person decides at once";
    if (rule.died) follows += ", up to `jobs.deaths_max` deaths";
    if (rule.retry && !rule.died) {
      follows += rule.failures_max == 0 ? ", up to `jobs.attempts_max` failures"
                                        : ", up to " + std::to_string(rule.failures_max) + " failures";
    }
    out += "| " + cell(rule.problem) + " | " + cell(rule.code) + " | " + follows + " | " +
           std::string(rule.why) + " |\n";
  }
  return out;
}

}  // namespace rescue::incident
