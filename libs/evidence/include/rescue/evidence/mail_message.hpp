#pragma once

#include <string_view>

#include "rescue/evidence/event.hpp"
#include "rescue/evidence/syslog.hpp"
#include "rescue/evidence/time_zone.hpp"

namespace rescue::evidence {

/// Fills kind, account, address and fields from what postfix, dovecot, sendmail, exim, PHP and FTP servers
/// say in syslog. False (kind stays kOther, fields may be left) when the message says nothing of mail. Views
/// into `line`. Formats: the postfix sources' smtpd, pickup, qmgr, cleanup and global/log_adhoc; dovecot's
/// login_log_format; sendmail's operations guide, "Logging".
bool parse_mail_message(const SyslogLine& line, Event& event);

/// One line of exim's main log (exim specification, chapter "Log files"). False when it has no date. Times
/// are local ones unless the line has an offset.
bool parse_exim_line(std::string_view line, const TimeZone& zone, Event& event);
/// The same without its date, as exim writes it to syslog.
bool parse_exim_message(std::string_view text, Event& event);

/// One line of the file that PHP's `mail.log` names (php.ini): "[13-Sep-2026 02:00:11 UTC] mail() on
/// [/path/file.php:3]: To: …". Times of another zone than UTC are taken as the server's.
bool parse_php_mail_line(std::string_view line, const TimeZone& zone, Event& event);
bool parse_php_mail_message(std::string_view text, Event& event);

}  // namespace rescue::evidence
