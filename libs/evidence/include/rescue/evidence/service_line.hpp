#pragma once

#include <string_view>

#include "rescue/evidence/event.hpp"
#include "rescue/evidence/time_zone.hpp"

namespace rescue::evidence {

/// One line of the own log of vsftpd (vsftpd.conf(5), vsftpd_log_file), proftpd (SystemLog), MySQL and
/// MariaDB (error log, general log), roundcube (userlogins, errors), dpkg, dnf, zypper, or of
/// apache's and nginx's errors, known by its date. False when it has none of theirs. Local times are the
/// server's. Views into `line`.
bool parse_service_line(std::string_view line, const TimeZone& zone, Event& event);

/// A line without a date that a shell or a tool wrote, as such programs of a web server leave them in its
/// error log.
bool is_word_of_command(std::string_view line);

}  // namespace rescue::evidence
