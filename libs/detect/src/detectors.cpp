#include "rescue/detect/detector.hpp"

#include "families.hpp"

namespace rescue::detect {

const std::vector<DetectorEntry>& detectors() {
  using enum evidence::EventKind;
  static const std::vector<DetectorEntry> table = {
      {"ssh", {kLoginFailed, kLoginAccepted, kSessionClosed}, make_ssh_detector},
      {"webshell", {kHttpRequest}, make_web_shell_detector},
      {"keys", {kLoginAccepted}, make_keys_detector},
      {"accounts", {kAccountAdded, kAccountChanged, kSudo, kSu}, make_accounts_detector},
      {"cron", {kCronRun, kCronEdited}, make_cron_detector},
      {"traces",
       {kLoginAccepted, kSessionOpened, kCronRun, kRecordLogin, kRecordBoot, kRecordDamaged},
       make_traces_detector},
      {"journal", {kLoginAccepted, kLoginFailed, kRecordLogin, kRecordFailed}, make_journal_detector},
  };
  return table;
}

}  // namespace rescue::detect
