#include "examination.hpp"

namespace rescue::worker {

// The provider's own look before it tells the customer (R26): the same probe, held to a much shorter time.
Result<JobResult> run_precheck(const JobContext& context, const Config& config) {
  return examine_server(context, config, config.precheck);
}

}  // namespace rescue::worker
