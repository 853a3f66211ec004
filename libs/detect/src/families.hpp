#pragma once

#include <memory>

#include "rescue/detect/detector.hpp"

namespace rescue::detect {

/// Password guessing over SSH and the log-in that followed (T1110, T1078). Makes the break-ins the others
/// compare with.
std::unique_ptr<Detector> make_ssh_detector(const RuleBook& rules);
/// Code in web folders that runs what a request sends, and who called it (T1505.003).
std::unique_ptr<Detector> make_web_shell_detector(const RuleBook& rules);
/// Keys added during a break-in, used afterwards, with forced commands (T1098.004).
std::unique_ptr<Detector> make_keys_detector(const RuleBook& rules);
/// New and over-powerful accounts, and privilege used by a broken-into one (T1136, T1548).
std::unique_ptr<Detector> make_accounts_detector(const RuleBook& rules);
/// Timed commands that download, hide or connect back, or that came during a break-in (T1053.003).
std::unique_ptr<Detector> make_cron_detector(const RuleBook& rules);
/// What one log says and another should say too (T1070).
std::unique_ptr<Detector> make_traces_detector(const RuleBook& rules);
/// What the systemd journal says of itself, and against the text logs and login records (T1070).
std::unique_ptr<Detector> make_journal_detector(const RuleBook& rules);

}  // namespace rescue::detect
