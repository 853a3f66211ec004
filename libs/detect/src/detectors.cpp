#include "rescue/detect/detector.hpp"

#include "families.hpp"

namespace rescue::detect {
namespace {

using evidence::EventKind;

/// Whatever a text log or the journal tells.
std::vector<EventKind> every_line() {
  using enum EventKind;
  std::vector<EventKind> kinds;
  for (auto i = static_cast<int>(kLoginFailed); i <= static_cast<int>(kOther); ++i) {
    const auto kind = static_cast<EventKind>(i);
    const bool record = kind == kRecordLogin || kind == kRecordLogout || kind == kRecordBoot ||
                        kind == kRecordFailed || kind == kRecordDamaged;
    if (!record) kinds.push_back(kind);
  }
  return kinds;
}

}  // namespace

const std::vector<DetectorEntry>& detectors() {
  using enum evidence::EventKind;
  static const std::vector<DetectorEntry> table = {
      {"ssh", {kLoginFailed, kLoginAccepted, kSessionClosed, kRecordLogin, kRecordFailed}, make_ssh_detector},
      {"logins", {kServiceLogin, kServiceLoginFailed, kMailAccepted}, make_logins_detector},
      {"webshell", {kHttpRequest}, make_web_shell_detector},
      {"uploads", {kHttpRequest}, make_uploads_detector},
      {"requests", {kHttpRequest, kWebError}, make_requests_detector},
      {"web_logins", {kHttpRequest}, make_web_logins_detector},
      {"redis", {}, make_redis_detector},
      {"yara", {}, make_yara_detector},
      {"keys", {kLoginAccepted}, make_keys_detector},
      {"accounts", {kAccountAdded, kAccountChanged, kSudo, kSu}, make_accounts_detector},
      {"cron", {kCronRun, kCronEdited}, make_cron_detector},
      {"packages", {}, make_packages_detector},
      {"boot", {}, make_boot_detector},
      {"preload", {}, make_preload_detector},
      {"login", {}, make_login_detector},
      {"rights", {}, make_rights_detector},
      {"kernel", {}, make_kernel_detector},
      {"staging", {}, make_staging_detector},
      {"covering", {}, make_covering_detector},
      {"containers", {}, make_containers_detector},
      {"databases", {}, make_databases_detector},
      {"commands", {kCommandRun, kSudo}, make_commands_detector},
      {"software", {}, make_software_detector},
      {"side_notes", {kPackageChanged, kWebError}, make_side_notes_detector},
      {"traces",
       {kLoginAccepted, kSessionOpened, kCronRun, kRecordLogin, kRecordLogout, kRecordBoot, kRecordDamaged},
       make_traces_detector},
      {"silences", {kLoginAccepted}, make_silences_detector},
      {"mail",
       {kMailAccepted, kMailQueued, kMailDelivered, kMailDone, kMailRejected, kMailScript},
       make_mail_detector},
      {"sigma", every_line(), make_sigma_detector},
      {"journal", {kLoginAccepted, kLoginFailed, kRecordLogin, kRecordFailed}, make_journal_detector},
  };
  return table;
}

}  // namespace rescue::detect
