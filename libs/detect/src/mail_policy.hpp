#pragma once

#include <optional>
#include <string>

#include "rescue/detect/finding.hpp"
#include "rescue/evidence/mail_config.hpp"

namespace rescue::detect {

/// A service that takes mail from anybody for anybody, by the settings as they take effect.
struct OpenRelay {
  std::string service;  ///< "smtp", "submission"
  std::string reason;   ///< in words, with the setting's name
  EvidenceRef evidence;
};

/// What a stranger (no client of mynetworks, not logged in, recipient elsewhere) is answered: postfix's
/// smtpd_relay_restrictions and smtpd_recipient_restrictions must both let it pass, SMTPD_ACCESS_README and
/// postconf(5). Tables that cannot be judged are taken as refusing nobody and letting nobody in. Exim: the
/// host list and the domain list of who may relay. Nothing when it is refused.
std::optional<OpenRelay> open_relay(const evidence::MailConfig& config);

}  // namespace rescue::detect
