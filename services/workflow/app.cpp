#include "app.hpp"

#include <stdexcept>

#include "desk/desk.hpp"
#include "embedded.hpp"
#include "notices/announcements.hpp"
#include "notices/gauges.hpp"
#include "rescue/incident/messages.hpp"
#include "unread_reports.hpp"

namespace rescue::workflow {
namespace {

namespace messages = incident::messages;
using std::chrono::seconds;

/// Gauges read from the tables: `sql` gives the label values, then the count.
struct Count {
  std::string_view metric, help;
  std::vector<std::string> labels;
  std::string_view sql;
  std::vector<telemetry::Labels> always;  ///< shown also when there is none
};
const Count kCounts[] = {
    {"rescue_incidents",
     "Incidents that are not over, by state.",
     {"state"},
     // Listed: with NOT IN the whole index would be gone through.
     "SELECT state, COUNT(*) FROM incidents WHERE state IN ('reported','precheck','confirmed','unconfirmed',"
     "'awaiting_choice','self_remediation','ordered','scheduled','working','reporting') GROUP BY state",
     {{{"state", "reported"}}}},
    {"rescue_jobs",
     "Jobs that are not over, and dead ones, by kind and state.",
     {"kind", "state"},
     "SELECT kind, state, COUNT(*) FROM jobs WHERE state IN ('queued','leased','dead','stopped') GROUP BY "
     "kind, state",
     {{{"kind", "precheck"}, {"state", "dead"}}, {{"kind", "investigation"}, {"state", "dead"}}}},
    {"rescue_job_pauses",
     "Pauses in force, by what they hold back.",
     {"scope"},
     "SELECT scope, COUNT(*) FROM job_pauses WHERE lifted_us IS NULL GROUP BY scope",
     {}},
    {"rescue_fees_unmatched",
     "Fees that are due and have no charge yet, or one of another amount.",
     {"why"},
     // In the order of the index of unmatched ones: without it all fees would be gone through.
     "SELECT why, COUNT(*) FROM (SELECT CASE WHEN charge_id IS NULL THEN 'missing' ELSE 'differs' END AS why "
     "FROM orders WHERE fee_due_us IS NOT NULL AND (charge_id IS NULL OR charged_yen <> total_yen) "
     "ORDER BY order_id LIMIT 10000) fees GROUP BY why",
     {{{"why", "missing"}}, {{"why", "differs"}}}},
    {"rescue_access_kept",
     "Sealed boxes with access to servers that are kept, by the key they are sealed to.",
     {"key_id"},
     "SELECT key_id, COUNT(*) FROM sealed_access GROUP BY key_id",
     {}},
    {"rescue_tasks_open",
     "Tasks that wait for a person, by kind and whether somebody has them in hand.",
     {"kind", "claimed"},
     "SELECT kind, CASE WHEN claimed_by IS NULL THEN 'no' ELSE 'yes' END, COUNT(*) FROM tasks WHERE state = "
     "'open' GROUP BY kind, CASE WHEN claimed_by IS NULL THEN 'no' ELSE 'yes' END",
     {}},
};

void set_gauges(telemetry::Metrics& metrics, std::size_t which, const std::vector<store::Row>& rows,
                std::set<std::pair<std::size_t, telemetry::Labels>>& known) {
  const auto& count = kCounts[which];
  const auto set = [&](const telemetry::Labels& labels, std::int64_t value) {
    metrics.gauge(std::string(count.metric), std::string(count.help), labels).set(static_cast<double>(value));
  };
  for (const auto& labels : count.always) known.emplace(which, labels);
  // What nothing counts any more falls back to 0.
  for (const auto& [index, labels] : known) {
    if (index == which) set(labels, 0);
  }
  for (const auto& row : rows) {
    telemetry::Labels labels;
    for (std::size_t i = 0; i < count.labels.size(); ++i) labels[count.labels[i]] = row.text(i);
    known.emplace(which, labels);
    set(labels, row.integer(count.labels.size()));
  }
}

}  // namespace

App::App(Config config, const Clock& clock, Jobs::Options jobs, std::unique_ptr<catalog::Contracts> contracts)
    : config_(std::move(config)),
      service_(config_.common, migrations(), clock),
      contracts_(contracts
                     ? std::move(contracts)
                     : directory::open_contracts(config_.contracts, service_, directory::Outage::kWarning)),
      casework_(service_, config_, *contracts_, std::move(jobs)),
      requests_(casework_),
      courier_(casework_) {
  auto reports = CustomerReports::create(casework_);
  if (!reports) throw std::runtime_error(reports.error().detail);
  customer_reports_ = std::make_unique<CustomerReports>(std::move(*reports));
  casework_.hearing_listener = [this](store::Tx& tx, const Incident& incident, const Hearing& hearing,
                                      Casework::HearingEvent event) {
    return tell_of_hearing(casework_, tx, incident, hearing, event);
  };
  service::watch_annexes(service_, casework_.annexes, config_.annexes);
  for (auto& route : routes(casework_)) service_.add_route(std::move(route));
  register_messages();
  register_timers();
  register_metrics();
}

void App::register_messages() {
  auto& c = casework_;
  const auto on = [&](std::string_view type, service::MessageHandler handler) {
    service_.on_message(std::string(type), std::move(handler));
  };
  on(messages::kReportReceived, [&c](store::Tx& tx, const Message& m) { return c.on_report(tx, m); });
  on(messages::kReportUnread, [&c](store::Tx& tx, const Message& m) { return on_unread_report(c, tx, m); });
  on(messages::kRequestSubmitted,
     [this](store::Tx& tx, const Message& m) { return requests_.on_submitted(tx, m); });
  on(messages::kQuoteRedeemed,
     [this](store::Tx& tx, const Message& m) { return requests_.on_quote_redeemed(tx, m); });
  on(messages::kComparisonChecked,
     [this](store::Tx& tx, const Message& m) { return requests_.on_comparison_checked(tx, m); });
  on(messages::kChargeCreated, [&c](store::Tx& tx, const Message& m) { return c.on_charge_created(tx, m); });
  on(messages::kSystemUnlisted,
     [&c](store::Tx& tx, const Message& m) { return c.on_system_unlisted(tx, m); });
  on(messages::kCreditAsked, [&c](store::Tx& tx, const Message& m) { return on_credit_asked(c, tx, m); });
  on(messages::kCreditRefused, [&c](store::Tx& tx, const Message& m) { return on_credit_refused(c, tx, m); });
  on(messages::kJobStarted, [&c](store::Tx& tx, const Message& m) { return c.jobs.on_started(tx, m); });
  on(messages::kJobHeartbeat, [&c](store::Tx& tx, const Message& m) { return c.jobs.on_heartbeat(tx, m); });
  on(messages::kJobReturned, [&c](store::Tx& tx, const Message& m) { return c.jobs.on_returned(tx, m); });
  on(messages::kJobFinished, [&c](store::Tx& tx, const Message& m) { return c.jobs.on_finished(tx, m); });
}

void App::register_timers() {
  service_.every("jobs", seconds(2),
                 [this] { return casework_.jobs.sweep([this] { return service_.caught_up_since(); }); });
  service_.every("hearings", seconds(5), [this]() -> Status {
    RESCUE_TRY(casework_.close_overdue_hearings());
    return casework_.remind_of_hearings();
  });
  service_.every("access", seconds(60), [this] { return casework_.forget_unanswered_access(); });
  service_.every("holidays", seconds(10), [this] { return refresh_holidays(); });
  service_.every("contacts", seconds(5), [this]() -> Status {
    refresh_contacts();
    return {};
  });
  service_.every("customer-reports", seconds(5), [this] { return customer_reports_->make_due(); });
  service_.every("notices", seconds(2), [this] { return courier_.deliver_due(); });
}

void App::register_metrics() {
  service_.metrics().before_scrape(
      [this, known = std::set<std::pair<std::size_t, telemetry::Labels>>()]() mutable {
        for (std::size_t i = 0; i < std::size(kCounts); ++i) {
          const auto rows = service_.database().read([&](store::Tx& tx) { return tx.query(kCounts[i].sql); });
          if (rows) set_gauges(service_.metrics(), i, *rows, known);
        }
      });
  service_.metrics().before_scrape([this] { set_queue_gauges(); });
  service_.metrics().before_scrape([this] { set_notice_gauges(casework_); });
  service_.metrics().before_scrape([this] { set_holiday_gauges(); });
  service_.metrics().before_scrape([this] {
    if (!casework_.sla.set_gauges()) return;  // the database is away; /readyz says so
  });
  service_.add_warning("holidays", [this]() -> std::optional<std::string> {
    for (const auto& annex : casework_.business_days.states()) {
      if (annex.broken) return *annex.broken + "; the last good one is in force";
    }
    return std::nullopt;
  });
  service_.add_warning("contacts", [this]() -> std::optional<std::string> {
    const auto broken = casework_.notices.contacts_file().broken();
    if (!broken) return std::nullopt;
    return *broken + "; the last good version is in force";
  });
  service_.metrics().before_scrape([this] { set_task_gauge(); });
  service_.add_warning("sealing", [this] { return casework_.sealing_keys.trouble(service_.clock().now()); });
}

void App::set_task_gauge() {
  const auto oldest = service_.database().read([](store::Tx& tx) {
    return tx.find(
        "SELECT created_us FROM tasks WHERE state = 'open' AND claimed_by IS NULL ORDER BY task_id "
        "LIMIT 1");
  });
  if (!oldest) return;
  const auto waited_us = *oldest ? to_us(service_.clock().now()) - (*oldest)->integer(0) : 0;
  service_.metrics()
      .gauge("rescue_task_oldest_unclaimed_seconds",
             "For how long the oldest task has been in nobody's hands.")
      .set(static_cast<double>(waited_us) / 1e6);
}

void App::set_queue_gauges() {
  auto& metrics = service_.metrics();
  const auto queues = service_.database().read([this](store::Tx& tx) { return casework_.jobs.queues(tx); });
  if (!queues) return;
  const auto now = to_us(service_.clock().now());
  for (const auto& queue : *queues) {
    const telemetry::Labels labels{{"queue", queue.name}};
    const auto waited_us = queue.oldest_waiting_us == 0 ? 0 : now - queue.oldest_waiting_us;
    metrics
        .gauge("rescue_job_oldest_waiting_seconds", "Since when the oldest job could begin, by queue.",
               labels)
        .set(static_cast<double>(waited_us) / 1e6);
    metrics.gauge("rescue_job_queue_paused", "1 while an operator holds the queue back.", labels)
        .set(queue.pause ? 1 : 0);
  }
}

Status App::refresh_holidays() {
  const auto refreshed = casework_.business_days.refresh();
  if (refreshed.changed) {
    service_.log().info("holidays.changed", Json::object());
    reckon_again_ = true;
  }
  for (const auto& annex : refreshed.newly_broken) {
    service_.log().error("annex.broken", {{"annex", annex.name}, {"detail", *annex.broken}});
  }
  // Once at the start: hours or holidays may have changed meanwhile.
  if (!reckon_again_) return {};
  RESCUE_TRY(casework_.sla.reckon_again());
  reckon_again_ = false;
  return {};
}

void App::refresh_contacts() {
  auto& contacts = casework_.notices.contacts_file();
  const auto before = contacts.broken();
  const auto changed = contacts.refresh();
  if (changed && *changed) service_.log().info("contacts.changed");
  const auto broken = contacts.broken();
  if (broken && before != broken) {
    service_.log().error("annex.broken", {{"annex", "contacts"}, {"detail", *broken}});
  }
  service_.metrics()
      .gauge("rescue_annex_broken", "1 while an annex file as it is now cannot be used.",
             {{"annex", "contacts"}})
      .set(broken ? 1 : 0);
}

void App::set_holiday_gauges() {
  auto& metrics = service_.metrics();
  const auto calendar = casework_.business_days.current();
  metrics.gauge("rescue_holidays_missing", "1 when the list of public holidays needs this or the next year.")
      .set(calendar->holidays_missing(service_.clock().now()) ? 1 : 0);
  for (const auto& annex : casework_.business_days.states()) {
    metrics
        .gauge("rescue_annex_broken", "1 while an annex file as it is now cannot be used.",
               {{"annex", annex.name}})
        .set(annex.broken ? 1 : 0);
  }
}

int run(int argc, char** argv) {
  const auto path = config::config_path(argc, argv);
  if (!path) throw std::runtime_error(path.error().detail);
  auto config = load_config(*path);
  if (!config) throw std::runtime_error(config.error().detail);
  const SystemClock clock;
  App app(std::move(*config), clock);
  return app.service().run();
}

}  // namespace rescue::workflow
