#pragma once

#include <string_view>

#include "rescue/evidence/event.hpp"

namespace rescue::evidence {

/// Messages of postfix's daemons, by the part of the tag behind "postfix/".
bool parse_postfix_smtpd(std::string_view text, Event& event);
bool parse_postfix_pickup(std::string_view text, Event& event);
bool parse_postfix_cleanup(std::string_view text, Event& event);
bool parse_postfix_qmgr(std::string_view text, Event& event);
/// smtp, lmtp, local, virtual, pipe, error, discard.
bool parse_postfix_delivery(std::string_view text, Event& event);
bool parse_dovecot(std::string_view text, Event& event);
bool parse_sendmail(std::string_view text, Event& event);
/// FTP servers: who logged in and who was refused.
bool parse_pure_ftpd(std::string_view text, Event& event);
bool parse_proftpd(std::string_view text, Event& event);
bool parse_vsftpd(std::string_view text, Event& event);

}  // namespace rescue::evidence
