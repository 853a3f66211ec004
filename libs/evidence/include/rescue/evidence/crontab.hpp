#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "rescue/evidence/gap.hpp"
#include "rescue/evidence/safe_root.hpp"

namespace rescue::evidence {

/// One command that cron starts by itself.
struct CronEntry {
  std::string path;
  std::uint64_t line = 0;
  std::string account;   ///< who it runs as
  std::string schedule;  ///< "*/5 * * * *", "@reboot", "daily"
  std::string command;   ///< up to the first unescaped %, which cron cuts there
  std::string text;      ///< the line as it stands
};

struct CronFile {
  std::string path;
  std::string account;  ///< of a user's crontab; empty for system files
  FileInfo info;
  std::string sha256;
  std::vector<CronEntry> entries;
};

enum class CrontabForm { kUser, kSystem };  ///< system files name the account before the command

/// Parses a crontab (crontab(5)). Lines that are neither entry, setting, comment nor empty are counted.
std::vector<CronEntry> parse_crontab(std::string_view text, CrontabForm form, const std::string& account,
                                     std::size_t& bad_lines);

/// /etc/crontab, /etc/anacrontab, /etc/cron.d, /etc/cron.{hourly,daily,weekly,monthly} (each script one
/// entry, its text as command) and the users' crontabs in /var/spool/cron. An unreadable one is a gap, and so
/// is one that is over a limit of all together (32 MiB, 200,000 commands).
std::vector<CronFile> read_cron(const SafeRoot& root, Gaps& gaps);

}  // namespace rescue::evidence
