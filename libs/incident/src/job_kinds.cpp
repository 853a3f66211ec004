#include "rescue/incident/job_kinds.hpp"

#include <algorithm>
#include <array>

namespace rescue::incident {
namespace {

constexpr std::array kPrecheckWantedIn{State::kPrecheck};
constexpr std::array kWorkWantedIn{State::kScheduled, State::kWorking};

/// What was ordered goes before prechecks: a flood of notices must not hold up paid work.
constexpr std::array kKinds{
    JobKind{kPrecheckJob, "precheck", 10, false, kPrecheckWantedIn, State::kPrecheck},
    JobKind{kInvestigationJob, "investigation", 20, false, kWorkWantedIn, State::kWorking},
    JobKind{kMailAbuseJob, "mail", 20, true, kWorkWantedIn, State::kWorking},
    JobKind{kMailAbuseUndoJob, "mail", 20, true, {}, {}},
    JobKind{kMailAbusePlanJob, "mail", 15, false, {}, {}},
};

}  // namespace

JobKinds job_kinds() {
  return kKinds;
}

const JobKind* find_job_kind(JobKinds kinds, std::string_view name) {
  const auto found =
      std::find_if(kinds.begin(), kinds.end(), [&](const JobKind& kind) { return kind.name == name; });
  return found == kinds.end() ? nullptr : &*found;
}

std::vector<std::string> queue_names(JobKinds kinds) {
  std::vector<std::string> names;
  for (const auto& kind : kinds) {
    if (std::find(names.begin(), names.end(), kind.queue) == names.end()) names.emplace_back(kind.queue);
  }
  return names;
}

bool is_wanted(const JobKind& kind, State incident) {
  return std::find(kind.wanted_in.begin(), kind.wanted_in.end(), incident) != kind.wanted_in.end();
}

std::string describe_job_kinds() {
  std::string out =
      "| kind | queue | priority | changes the server | wanted while the incident is "
      "|\n|---|---|---|---|---|\n";
  for (const auto& kind : job_kinds()) {
    std::string states;
    for (const auto state : kind.wanted_in) {
      states += (states.empty() ? "" : ", ") + std::string(to_string(state));
    }
    if (states.empty()) states = "any, when an operator asks for it";
    out += "| " + std::string(kind.name) + " | " + std::string(kind.queue) + " | " +
           std::to_string(kind.priority) + " | " + (kind.destructive ? "yes" : "no") + " | " + states +
           " |\n";
  }
  return out;
}

}  // namespace rescue::incident
