#include <algorithm>
#include <array>

#include "job_kind.hpp"
#include "rescue/incident/job_kinds.hpp"

namespace rescue::worker {

JobKinds job_kinds() {
  static constexpr std::array kinds{
      JobKind{.name = incident::kPrecheckJob, .read = run_precheck},
      JobKind{.name = incident::kInvestigationJob, .read = run_investigation},
      JobKind{.name = incident::kMailAbuseJob, .live = run_mail_abuse_response},
      JobKind{.name = incident::kMailAbuseUndoJob, .live = run_mail_abuse_undo},
      JobKind{.name = incident::kMailAbusePlanJob, .live = run_mail_abuse_plan},
  };
  return kinds;
}

const JobKind* find_job_kind(JobKinds kinds, std::string_view name) {
  const auto found =
      std::find_if(kinds.begin(), kinds.end(), [&](const JobKind& kind) { return kind.name == name; });
  return found == kinds.end() ? nullptr : &*found;
}

}  // namespace rescue::worker
