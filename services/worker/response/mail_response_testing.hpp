#pragma once

#include <gtest/gtest.h>
#include <signal.h>

#include "../jobs/job_run.hpp"
#include "../testing.hpp"
#include "child_channel_testing.hpp"

namespace rescue::worker::testing {

inline constexpr const char* kDocument =
    R"({"schema_version":1,"tool":{},"verdict":{"intrusion":{"state":"none_found","why":"x"},"mail_abuse":{"state":"confirmed","why":"y","ways":["open_relay"]}},)"
    R"("cause":{"known":true,"why":"z"},"gaps":[],"counts":{"files_read":3},"findings":[{"rule":"mail.open_relay_settings","severity":"high"},)"
    R"({"rule":"mail.script_abused","severity":"high","path":"/var/www/html/uploads/m.php"},{"rule":"mail.account_abused","severity":"high","account":"nobody-knows"}]})";

/// The jobs about mail abuse against the real responder, on a folder that stands for the server's root.
class MailResponseRoom : public ::testing::Test {
 protected:
  MailResponseRoom() {
    ::signal(SIGPIPE, SIG_IGN);  // as the program itself has it: a responder may be gone
    folder_.write("disks/srv-1/etc/postfix/main.cf", kOpen);
    folder_.write("disks/srv-1/etc/postfix/master.cf", "smtp inet n - y - - smtpd\n");
    folder_.write("disks/srv-1/etc/apache2/sites-enabled/000.conf", "DocumentRoot /var/www/html\n");
    folder_.write("disks/srv-1/var/www/html/uploads/m.php", "<?php mail();");
    constexpr uid_t kSiteUser = 33;
    if (::geteuid() == 0) {
      EXPECT_EQ(::chown((root() + "/var/www/html/uploads/m.php").c_str(), kSiteUser, kSiteUser), 0);
    }
    config_.disks_dir = folder_.path("disks");
    config_.probe_path =
        folder_.script("probe", std::string("cat > \"$OUT\" <<'END'\n") + kDocument + "\nEND");
    attempt_.job_id = "job_1";
    attempt_.attempt = 1;
    attempt_.server_id = "srv-1";
    attempt_.kind = "mail_abuse_response";
  }
  std::string root() { return folder_.path("disks/srv-1"); }
  JobEnd run(std::int64_t attempt = 1) {
    attempt_.attempt = attempt;
    const JobContext context{attempt_,       *evidence_,
                             stop_,          log_,
                             Json::object(), std::chrono::milliseconds(1'000),
                             on_tick_,       [](const Progress&) {}};
    JobSurroundings surroundings{config_, *evidence_, job_kinds(), {{"a secret"}}, "w1"};
    surroundings.open_responder = [this](const JobContext&) -> Result<std::unique_ptr<LineChannel>> {
      auto channel = ChildChannel::start({RESCUE_RESPONDER, "--root", root()});
      responder_ = channel->pid();
      return std::unique_ptr<LineChannel>(std::move(channel));
    };
    return run_job(context, surroundings, clock_.now());
  }
  Json document(const JobEnd& end) { return *parse_json(*evidence_->get(end.result->document_sha256)); }

  static constexpr const char* kOpen = "mynetworks = 0.0.0.0/0\n";
  Folder folder_;
  Config config_;
  Attempt attempt_;
  SystemClock clock_;
  UniqueFd log_file_{::open("/dev/null", O_WRONLY | O_CLOEXEC)};
  log::Logger log_{{.service = "worker", .fd = log_file_.get(), .minimum = log::Level::kDebug}, clock_};
  StopSignal stop_;
  std::unique_ptr<EvidenceStore> evidence_ = EvidenceStore::open(folder_.path("evidence")).value();
  std::function<void()> on_tick_ = [] {};
  pid_t responder_ = 0;
};

/// A queue file of Postfix: the time, who logged in, sender, recipient, an empty content.
inline std::string waiting_mail(const std::string& account) {
  std::string bytes;
  for (const auto& record : {std::string("T1789264811 1"), "Asasl_username=" + account,
                             std::string("Sa@b.example"), std::string("Rc@d.example"), std::string("M")})
    bytes += record.substr(0, 1) + static_cast<char>(record.size() - 1) + record.substr(1);
  return bytes;
}

}  // namespace rescue::worker::testing
