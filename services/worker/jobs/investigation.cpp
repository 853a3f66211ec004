#include "examination.hpp"

namespace rescue::worker {

Result<JobResult> run_investigation(const JobContext& context, const Config& config) {
  return examine_server(context, config, config.investigation);
}

}  // namespace rescue::worker
