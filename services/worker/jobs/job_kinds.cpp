#include <algorithm>

#include "job_kind.hpp"

namespace rescue::worker {

const std::vector<JobKind>& job_kinds() {
  static const std::vector<JobKind> kinds{
      {"precheck", run_precheck},
      {"investigation", run_investigation},
  };
  return kinds;
}

const JobKind* find_job_kind(std::string_view name) {
  const auto& kinds = job_kinds();
  const auto found =
      std::find_if(kinds.begin(), kinds.end(), [&](const JobKind& kind) { return kind.name == name; });
  return found == kinds.end() ? nullptr : &*found;
}

}  // namespace rescue::worker
