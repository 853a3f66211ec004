#pragma once

#include <string_view>

#include "rescue/evidence/event.hpp"
#include "rescue/evidence/syslog.hpp"

namespace rescue::evidence {

/// Where a log-in came from, as sshd ends its messages.
struct Origin {
  std::string_view name;  ///< everything before " from ": chosen by the other side, may hold anything
  std::string_view address;
  std::uint16_t port = 0;
};

/// Reads "<name> from <address> port <port>[ ssh2]" from its right end, so that a user name which itself says
/// "from 192.0.2.1 port 22" accuses nobody. Nothing when the end has not that form.
bool parse_origin(std::string_view text, Origin& origin);

/// Fills kind, account, address and fields from the message of sshd, PAM, sudo, su, useradd and friends, cron
/// and crontab. False (kind stays kOther) when the message says nothing of these. Views into `line`.
/// Formats: OpenSSH auth.c and auth2.c, pam_unix(8), sudoers(5) "Log format", shadow's useradd and usermod,
/// Debian's cron 3.0 and cronie.
bool parse_auth_message(const SyslogLine& line, Event& event);

}  // namespace rescue::evidence
