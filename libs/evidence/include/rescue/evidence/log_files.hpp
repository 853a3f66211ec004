#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "rescue/evidence/gap.hpp"
#include "rescue/evidence/safe_root.hpp"

namespace rescue::evidence {

enum class LogFormat {
  kSyslog,
  kAccess,
  kLoginRecords,
  kFailedRecords,
  kExim,
  kPhpMail,
  kService,
  kAudit,
  kHistory,
  kAptHistory,
  kJournal
};

/// What a log tells; detectors and the verdict ask by this whether it was read.
enum class LogRole { kAuth, kSystem, kWeb, kLogins, kFailedLogins, kMail, kAudit, kHistory, kJournal };
std::string_view to_string(LogRole role);

struct LogFile {
  std::string path;
  FileInfo info;
};

/// One log with its rotated files, oldest first.
struct LogGroup {
  LogRole role = LogRole::kSystem;
  LogFormat format = LogFormat::kSyslog;
  std::string base;  ///< path of the file that is written to, "/var/log/auth.log"
  std::vector<LogFile> files;
};

/// A rotated file's name taken apart: "auth.log.2.gz" is auth.log, 2; "secure-20260913" is secure, that date;
/// "system@….journal" is system.journal (its age stands in its header).
struct RotatedName {
  std::string_view stem;
  std::int64_t age = 0;  ///< larger is older; 0 is the file in use
};
RotatedName split_rotated_name(std::string_view name);

/// A log that settings or accounts name, with its rotated files.
struct NamedLog {
  LogRole role = LogRole::kSystem;
  LogFormat format = LogFormat::kSyslog;
  std::string path;
};

/// The logs of the table in log_files.cpp that lie under this root, in the table's order, plus `named` ones
/// that exist, `extra_access_logs` (as the web server's settings name them) and the systemd journals. What
/// bears a log's name and is no regular file becomes a gap.
std::vector<LogGroup> find_logs(const SafeRoot& root, const std::vector<std::string>& extra_access_logs,
                                Gaps& gaps, const std::vector<NamedLog>& named = {});

/// Until when text logs in syslog's form, into which syslog daemons write what a mail server says, were
/// written to: what a journal says of mail before that stands there as well. Nothing where there are none.
std::optional<Timestamp> text_mail_until(const std::vector<LogGroup>& groups);

}  // namespace rescue::evidence
