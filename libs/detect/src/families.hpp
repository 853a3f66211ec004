#pragma once

#include <memory>

#include "rescue/detect/detector.hpp"

namespace rescue::detect {

/// Password guessing over SSH and the log-in that followed (T1110, T1078). Makes the break-ins the others
/// compare with.
std::unique_ptr<Detector> make_ssh_detector(const RuleBook& rules);
/// Password guessing at mail, FTP and data bases, and the log-in that followed.
std::unique_ptr<Detector> make_logins_detector(const RuleBook& rules);
/// Code in web folders that runs what a request sends, and who called it (T1505.003).
std::unique_ptr<Detector> make_web_shell_detector(const RuleBook& rules);
/// How web shells came, and scripts used right after an upload (T1190, T1505.003).
std::unique_ptr<Detector> make_uploads_detector(const RuleBook& rules);
/// What requests try, and which of them ran something (T1190).
std::unique_ptr<Detector> make_requests_detector(const RuleBook& rules);
/// Password guessing at the log-in pages of web applications, and the log-in that followed (T1110, T1078).
std::unique_ptr<Detector> make_web_logins_detector(const RuleBook& rules);
/// Keys added during a break-in, used afterwards, with forced commands (T1098.004).
std::unique_ptr<Detector> make_keys_detector(const RuleBook& rules);
/// New and over-powerful accounts, and privilege used by a broken-into one (T1136, T1548).
std::unique_ptr<Detector> make_accounts_detector(const RuleBook& rules);
/// Timed commands that download, hide or connect back, or that came during a break-in (T1053.003).
std::unique_ptr<Detector> make_cron_detector(const RuleBook& rules);
/// Changed, missing and added programs, and a data base that was edited (T1554).
std::unique_ptr<Detector> make_packages_detector(const RuleBook& rules);
/// What starts by itself: units, timers, boot scripts, profiles, hooks (T1543, T1037, T1053, T1546).
std::unique_ptr<Detector> make_boot_detector(const RuleBook& rules);
/// Libraries loaded into every program (T1574.006).
std::unique_ptr<Detector> make_preload_detector(const RuleBook& rules);
/// Settings of PAM, sudo and sshd that let somebody in (T1556.003, T1548.003, T1098.004).
std::unique_ptr<Detector> make_login_detector(const RuleBook& rules);
/// SUID, SGID and capabilities outside packages (T1548.001).
std::unique_ptr<Detector> make_rights_detector(const RuleBook& rules);
/// Kernel modules outside packages (T1014, T1547.006).
std::unique_ptr<Detector> make_kernel_detector(const RuleBook& rules);
/// Programs in folders for temporary files, hidden programs, blank names, miners (T1564.001, T1496).
std::unique_ptr<Detector> make_staging_detector(const RuleBook& rules);
/// Histories switched off, and times that cannot be (T1070).
std::unique_ptr<Detector> make_covering_detector(const RuleBook& rules);
/// Containers that reach their host (T1610, T1611).
std::unique_ptr<Detector> make_containers_detector(const RuleBook& rules);
/// Keys and crontabs written by Redis (T1098.004, T1053.003).
std::unique_ptr<Detector> make_redis_detector(const RuleBook& rules);
/// Web files, libraries, keys and crontabs that a data base was made to write (T1505, T1190).
std::unique_ptr<Detector> make_databases_detector(const RuleBook& rules);
/// Commands that audit, sudo and histories tell of (T1059, T1105).
std::unique_ptr<Detector> make_commands_detector(const RuleBook& rules);
/// Packages changed and web errors in the time of a break-in: lines of the timeline, no findings.
std::unique_ptr<Detector> make_side_notes_detector(const RuleBook& rules);
/// The versions of web applications and what they consist of: a list, no findings.
std::unique_ptr<Detector> make_software_detector(const RuleBook& rules);
/// Mail that this server should not have sent: open relay, abused account, abused script.
std::unique_ptr<Detector> make_mail_detector(const RuleBook& rules);
/// What one log says and another should say too (T1070).
std::unique_ptr<Detector> make_traces_detector(const RuleBook& rules);
/// The user's own YARA rules.
std::unique_ptr<Detector> make_yara_detector(const RuleBook& rules);
/// Logs that say nothing where they must, and log-ins that lastlog knows and they do not (T1070.002).
std::unique_ptr<Detector> make_silences_detector(const RuleBook& rules);
/// What the systemd journal says of itself, and against the text logs and login records (T1070).
std::unique_ptr<Detector> make_journal_detector(const RuleBook& rules);
/// The user's Sigma rules.
std::unique_ptr<Detector> make_sigma_detector(const RuleBook& rules);

}  // namespace rescue::detect
