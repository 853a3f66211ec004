#include "disk_examination.hpp"

namespace rescue::worker {

Result<JobResult> run_investigation(const JobContext& context) {
  return examine_disk(context, context.surroundings.config.investigation);
}

}  // namespace rescue::worker
