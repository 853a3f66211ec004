#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "rescue/recovery/response_plan.hpp"

namespace rescue::recovery {

/// What sendmail's own rules say to strangers.
struct SendmailRelay {
  bool open = false;
  std::string why = {};             ///< where it is open: what lets whom in
  std::string what_to_change = {};  ///< for a person
  std::string version = {};         ///< "8.17.1.9"
};

/// From what `sendmail -bt` prints of the questions of sendmail_questions() (Operation Guide, "Address Test
/// Mode"): the rules' own trace. Nothing where it breaks off before the last one's answer.
std::optional<SendmailRelay> read_sendmail_trial(std::string_view output);

/// Strangers of two networks that ask for other people's mail to be taken, and one that claims to write from
/// here.
std::string sendmail_questions();

/// Asks the sendmail of this server, where it has one; nothing where it does not say.
std::optional<SendmailRelay> ask_sendmail(const LiveServer& server);

/// Whether sendmail is the mail server here.
bool is_sendmail_here(const ServerFiles& files);

/// Closing it is a person's: what opens it stands in tables and in files that others are made of.
void plan_sendmail_relay(const LiveServer& server, ResponsePlan& plan);

}  // namespace rescue::recovery
