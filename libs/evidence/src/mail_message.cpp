#include "rescue/evidence/mail_message.hpp"

#include <algorithm>

#include "mail_parsers.hpp"

namespace rescue::evidence {
namespace {

using Parse = bool (*)(std::string_view, Event&);
struct Program {
  std::string_view name;
  Parse parse;
};
/// Who writes which messages. A new program is one line here.
constexpr Program kPrograms[] = {
    {"smtpd", parse_postfix_smtpd},
    {"pickup", parse_postfix_pickup},
    {"cleanup", parse_postfix_cleanup},
    {"qmgr", parse_postfix_qmgr},
    {"oqmgr", parse_postfix_qmgr},
    {"smtp", parse_postfix_delivery},
    {"lmtp", parse_postfix_delivery},
    {"local", parse_postfix_delivery},
    {"virtual", parse_postfix_delivery},
    {"pipe", parse_postfix_delivery},
    {"error", parse_postfix_delivery},
    {"retry", parse_postfix_delivery},
    {"discard", parse_postfix_delivery},
    {"relay", parse_postfix_delivery},
    {"dovecot", parse_dovecot},
    {"sendmail", parse_sendmail},
    {"sm-mta", parse_sendmail},
    {"sm-msp-queue", parse_sendmail},
    {"exim", parse_exim_message},
    {"exim4", parse_exim_message},
    {"pure-ftpd", parse_pure_ftpd},
    {"proftpd", parse_proftpd},
    {"vsftpd", parse_vsftpd},
    {"php", parse_php_mail_message},
};

}  // namespace

bool parse_mail_message(const SyslogLine& line, Event& event) {
  // dovecot's own file has no host: "Sep 13 02:02:11 imap-login: Info: Login: …"
  if (line.host.ends_with(":") && (line.program == "Info" || line.program == "Warning")) {
    return parse_dovecot(line.message, event);
  }
  // yum.log has none either: "Sep 13 02:02:11 Installed: nmap-7.92-1.x86_64"
  if (line.host == "Installed:" || line.host == "Erased:" || line.host == "Updated:") {
    event.kind = EventKind::kPackageChanged;
    event.add(FieldName::kAction, line.host.substr(0, line.host.size() - 1));
    event.add(FieldName::kTarget, line.program);
    return true;
  }
  const auto at = std::find_if(std::begin(kPrograms), std::end(kPrograms),
                               [&](const Program& program) { return program.name == line.program; });
  return at != std::end(kPrograms) && at->parse(line.message, event);
}

}  // namespace rescue::evidence
