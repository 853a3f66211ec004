#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "verdict.hpp"

namespace rescue::detect {

/// Findings of this rule are about mail that was sent or a mail account, not about somebody on the server.
bool speaks_of_mail(std::string_view rule);

/// Was this server's mail abused, and in which ways.
Judgement judge_mail(const CaseFile& file, const Scene& scene, std::vector<std::string>& ways);

/// Why mail was abused, where settings show it; "" where not.
std::string cause_of_mail_abuse(const CaseFile& file);

}  // namespace rescue::detect
