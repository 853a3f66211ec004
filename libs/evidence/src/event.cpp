#include "rescue/evidence/event.hpp"

namespace rescue::evidence {

std::string_view to_string(EventKind kind) {
  switch (kind) {
    case EventKind::kLoginFailed:
      return "login_failed";
    case EventKind::kLoginAccepted:
      return "login_accepted";
    case EventKind::kSessionOpened:
      return "session_opened";
    case EventKind::kSessionClosed:
      return "session_closed";
    case EventKind::kSudo:
      return "sudo";
    case EventKind::kSu:
      return "su";
    case EventKind::kAccountAdded:
      return "account_added";
    case EventKind::kAccountChanged:
      return "account_changed";
    case EventKind::kAccountRemoved:
      return "account_removed";
    case EventKind::kCronRun:
      return "cron_run";
    case EventKind::kCronEdited:
      return "cron_edited";
    case EventKind::kHttpRequest:
      return "http_request";
    case EventKind::kRecordLogin:
      return "record_login";
    case EventKind::kRecordLogout:
      return "record_logout";
    case EventKind::kRecordBoot:
      return "record_boot";
    case EventKind::kRecordFailed:
      return "record_failed";
    case EventKind::kRecordDamaged:
      return "record_damaged";
    case EventKind::kMailAccepted:
      return "mail_accepted";
    case EventKind::kMailQueued:
      return "mail_queued";
    case EventKind::kMailDelivered:
      return "mail_delivered";
    case EventKind::kMailDone:
      return "mail_done";
    case EventKind::kMailRejected:
      return "mail_rejected";
    case EventKind::kMailScript:
      return "mail_script";
    case EventKind::kServiceLogin:
      return "service_login";
    case EventKind::kServiceLoginFailed:
      return "service_login_failed";
    case EventKind::kCommandRun:
      return "command_run";
    case EventKind::kPackageChanged:
      return "package_changed";
    case EventKind::kWebError:
      return "web_error";
    case EventKind::kOther:
      return "other";
  }
  return "";
}

}  // namespace rescue::evidence
