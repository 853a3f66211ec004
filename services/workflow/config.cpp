#include "config.hpp"

#include <algorithm>
#include <sstream>

#include "desk/second_person.hpp"

namespace rescue::workflow {

using std::chrono::hours;
using std::chrono::seconds;

namespace {

/// "merge, requeue_stopped"; "": none.
std::vector<std::string> read_actions(config::Source& source, std::string_view key,
                                      const std::string& fallback) {
  std::vector<std::string> actions;
  std::istringstream list(source.text(key, fallback));
  for (std::string action; std::getline(list, action, ',');) {
    action.erase(std::remove(action.begin(), action.end(), ' '), action.end());
    const auto& known = second_person_actions();
    if (std::find(known.begin(), known.end(), action) == known.end()) {
      std::string names;
      for (const auto& name : known) names += (names.empty() ? "" : ", ") + name;
      source.fault(key, "must hold of: " + names + ", with commas between");
      return {};
    }
    actions.push_back(std::move(action));
  }
  return actions;
}

}  // namespace

Result<Config> load_config(const std::string& path) {
  auto source = config::Source::load("workflow", path);
  if (!source) return fail(source.error());
  Config config;
  config.common = service::read_common(*source, "workflow", 8102, 9102);
  config.annexes = service::read_annex_config(*source);
  config.contracts = directory::read_contracts_config(*source);
  config.follow_up_window = source->seconds("orders.follow_up_s", std::chrono::days(14));
  config.hearing_deadline = source->seconds("hearing.deadline_s", hours(72));
  config.hearing_reminder = source->seconds("hearing.reminder_s", config.hearing_reminder);
  config.job_lease = source->seconds("jobs.lease_s", seconds(60));
  config.redispatch_after = source->seconds("jobs.redispatch_after_s", seconds(60));
  config.job_attempts_max = static_cast<int>(source->integer("jobs.attempts_max", 5, 1, 100));
  config.job_deaths_max = static_cast<int>(source->integer("jobs.deaths_max", 3, 1, 100));
  config.jobs_outstanding_max = static_cast<int>(source->integer("jobs.outstanding_max", 64, 1, 10'000));
  config.duplicate_window = source->seconds("duplicates.window_s", hours(30 * 24));
  config.duplicate_late = source->seconds("duplicates.late_s", hours(14 * 24));
  config.second_person =
      read_actions(*source, "desk.second_person", "cancel_after_start, requeue_stopped, merge");
  config.sealing_public_keys = source->text("sealing.public_keys", "");
  config.worker_url = source->text("worker.url", "http://127.0.0.1:8104");
  config.worker_token_file = source->required_text("worker.token_file");
  config.business = read_business(*source);
  config.sla = read_sla_targets(*source);
  config.notices = read_notice_settings(*source);
  RESCUE_TRY(source->finish());
  return config;
}

}  // namespace rescue::workflow
