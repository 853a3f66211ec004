#pragma once

#include <string_view>

#include "rescue/evidence/auth_message.hpp"

namespace rescue::evidence {

/// The messages of sshd itself (not PAM's). See parse_auth_message().
bool parse_sshd_message(std::string_view text, Event& event);

}  // namespace rescue::evidence
