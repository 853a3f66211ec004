#pragma once

#include <memory>
#include <vector>

#include "casework.hpp"
#include "customer_reports.hpp"
#include "notices/courier.hpp"
#include "requests.hpp"
#include "rescue/http/server.hpp"

namespace rescue::workflow {

/// workflow, wired together: the one place that says which message and which route goes where.
class App {
 public:
  /// `contracts`: in place of the directory that is configured. Throws std::runtime_error when the start-up
  /// is unusable.
  App(Config config, const Clock& clock, Jobs::Options jobs = {},
      std::unique_ptr<catalog::Contracts> contracts = {});
  service::Service& service() { return service_; }
  Casework& casework() { return casework_; }
  Requests& requests() { return requests_; }
  CustomerReports& customer_reports() { return *customer_reports_; }
  Courier& courier() { return courier_; }

 private:
  void register_messages();
  void register_timers();
  void register_metrics();
  void set_queue_gauges();
  Status refresh_holidays();
  void refresh_contacts();
  void set_holiday_gauges();
  void set_task_gauge();

  Config config_;
  service::Service service_;
  std::unique_ptr<catalog::Contracts> contracts_;
  Casework casework_;
  Requests requests_;
  Courier courier_;
  std::unique_ptr<CustomerReports> customer_reports_;
  bool reckon_again_ = true;  ///< of the timer "holidays" alone
};

/// The routes of workflow, as OpenAPI describes them.
std::vector<http::Route> routes(Casework& casework);

int run(int argc, char** argv);

}  // namespace rescue::workflow
