#include "config.hpp"

namespace rescue::workflow {

using std::chrono::hours;
using std::chrono::seconds;

Result<Config> load_config(const std::string& path) {
  auto source = config::Source::load("workflow", path);
  if (!source) return fail(source.error());
  Config config;
  config.common = service::read_common(*source, "workflow", 8102, 9102);
  config.annexes = service::read_annex_config(*source);
  config.hearing_deadline = source->seconds("hearing.deadline_s", hours(72));
  config.hearing_reminder = source->seconds("hearing.reminder_s", config.hearing_reminder);
  config.job_lease = source->seconds("jobs.lease_s", seconds(60));
  config.redispatch_after = source->seconds("jobs.redispatch_after_s", seconds(60));
  config.job_attempts_max = static_cast<int>(source->integer("jobs.attempts_max", 5, 1, 100));
  config.job_deaths_max = static_cast<int>(source->integer("jobs.deaths_max", 3, 1, 100));
  config.jobs_outstanding_max = static_cast<int>(source->integer("jobs.outstanding_max", 64, 1, 10'000));
  config.worker_url = source->text("worker.url", "http://127.0.0.1:8104");
  config.worker_token_file = source->required_text("worker.token_file");
  config.business = read_business(*source);
  config.sla = read_sla_targets(*source);
  RESCUE_TRY(source->finish());
  return config;
}

}  // namespace rescue::workflow
