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

/// Lines of a mail log may be written by anybody on the server. Where the journal says that somebody wrote
/// such lines, the findings about those whom they name are doubtful. For findings that are settled.
void doubt_forged_mail(CaseFile& file, const Scene& scene);

/// Why mail was abused, where settings show it; "" where not.
std::string cause_of_mail_abuse(const CaseFile& file);

}  // namespace rescue::detect
