#pragma once

#include <optional>

#include "rescue/recovery/response_plan.hpp"

namespace rescue::recovery {

/// Closes Exim's relay where its lists of networks and domains hold everybody; what lets everybody in
/// otherwise is a person's to find.
void plan_exim_relay(const LiveServer& server, ResponsePlan& plan);

/// What `exim -bh` says to a stranger's recipient elsewhere, by the settings of `configuration` ("": its
/// own): 250, 550 …; nothing where there is no exim, or it does not say, or says "later" (450): none of them
/// is a refusal.
std::optional<int> ask_exim(const LiveServer& server, const std::string& configuration);
/// Its answer is a yes.
bool takes_mail(int answer);

}  // namespace rescue::recovery
