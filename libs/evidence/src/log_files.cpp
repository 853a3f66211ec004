#include "rescue/evidence/log_files.hpp"

#include <algorithm>
#include <map>

#include "journal_files.hpp"

namespace rescue::evidence {
namespace {

enum class Naming { kExact, kContains };

/// Where a kind of log lies. A new place is one line.
struct LogPlace {
  LogRole role;
  LogFormat format;
  std::string_view directory;
  Naming naming;
  std::string_view name;
};
constexpr LogPlace kPlaces[] = {
    {LogRole::kAuth, LogFormat::kSyslog, "/var/log", Naming::kExact, "auth.log"},
    {LogRole::kAuth, LogFormat::kSyslog, "/var/log", Naming::kExact, "secure"},
    {LogRole::kMail, LogFormat::kSyslog, "/var/log", Naming::kExact, "mail.log"},
    {LogRole::kMail, LogFormat::kSyslog, "/var/log", Naming::kExact, "maillog"},
    {LogRole::kMail, LogFormat::kSyslog, "/var/log", Naming::kExact, "mail"},
    {LogRole::kMail, LogFormat::kSyslog, "/var/log", Naming::kExact, "dovecot.log"},
    {LogRole::kMail, LogFormat::kExim, "/var/log/exim4", Naming::kExact, "mainlog"},
    {LogRole::kMail, LogFormat::kExim, "/var/log/exim", Naming::kExact, "main.log"},
    {LogRole::kMail, LogFormat::kExim, "/var/log/exim", Naming::kExact, "mainlog"},
    {LogRole::kMail, LogFormat::kExim, "/var/log", Naming::kExact, "exim_mainlog"},
    {LogRole::kSystem, LogFormat::kService, "/var/log", Naming::kExact, "vsftpd.log"},
    {LogRole::kSystem, LogFormat::kService, "/var/log", Naming::kExact, "proftpd.log"},
    {LogRole::kSystem, LogFormat::kService, "/var/log/proftpd", Naming::kExact, "proftpd.log"},
    {LogRole::kSystem, LogFormat::kService, "/var/log/mysql", Naming::kExact, "error.log"},
    {LogRole::kSystem, LogFormat::kService, "/var/log/mysql", Naming::kExact, "mysql.log"},
    {LogRole::kSystem, LogFormat::kService, "/var/log/mariadb", Naming::kExact, "mariadb.log"},
    {LogRole::kSystem, LogFormat::kService, "/var/log", Naming::kExact, "mysqld.log"},
    {LogRole::kSystem, LogFormat::kService, "/var/log/roundcube", Naming::kExact, "userlogins.log"},
    {LogRole::kSystem, LogFormat::kService, "/var/log/roundcube", Naming::kExact, "userlogins"},
    {LogRole::kSystem, LogFormat::kService, "/var/log/roundcube", Naming::kExact, "errors.log"},
    {LogRole::kAudit, LogFormat::kAudit, "/var/log/audit", Naming::kExact, "audit.log"},
    {LogRole::kSystem, LogFormat::kSyslog, "/var/log", Naming::kExact, "syslog"},
    {LogRole::kSystem, LogFormat::kSyslog, "/var/log", Naming::kExact, "messages"},
    {LogRole::kSystem, LogFormat::kSyslog, "/var/log", Naming::kExact, "cron"},
    {LogRole::kSystem, LogFormat::kSyslog, "/var/log", Naming::kExact, "cron.log"},
    {LogRole::kWeb, LogFormat::kAccess, "/var/log/apache2", Naming::kContains, "access"},
    {LogRole::kWeb, LogFormat::kAccess, "/var/log/httpd", Naming::kContains, "access"},
    {LogRole::kWeb, LogFormat::kAccess, "/var/log/nginx", Naming::kContains, "access"},
    {LogRole::kSystem, LogFormat::kService, "/var/log", Naming::kExact, "dpkg.log"},
    {LogRole::kSystem, LogFormat::kAptHistory, "/var/log/apt", Naming::kExact, "history.log"},
    {LogRole::kSystem, LogFormat::kAptHistory, "/var/log/apt", Naming::kExact, "term.log"},
    {LogRole::kSystem, LogFormat::kService, "/var/log", Naming::kExact, "dnf.rpm.log"},
    {LogRole::kSystem, LogFormat::kService, "/var/log", Naming::kExact, "dnf.log"},
    {LogRole::kSystem, LogFormat::kService, "/var/log/zypp", Naming::kExact, "history"},
    {LogRole::kSystem, LogFormat::kSyslog, "/var/log", Naming::kExact, "yum.log"},
    {LogRole::kSystem, LogFormat::kService, "/var/log/apache2", Naming::kContains, "error"},
    {LogRole::kSystem, LogFormat::kService, "/var/log/httpd", Naming::kContains, "error"},
    {LogRole::kSystem, LogFormat::kService, "/var/log/nginx", Naming::kContains, "error"},
    {LogRole::kLogins, LogFormat::kLoginRecords, "/var/log", Naming::kExact, "wtmp"},
    {LogRole::kFailedLogins, LogFormat::kFailedRecords, "/var/log", Naming::kExact, "btmp"},
};
constexpr std::size_t kMostEntries = 50'000;
constexpr std::string_view kPrevents = "what this log would have told";

bool all_digits(std::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
}

bool matches(const LogPlace& place, std::string_view stem) {
  return place.naming == Naming::kExact ? stem == place.name : stem.find(place.name) != stem.npos;
}

/// The regular file behind a directory entry, links inside the root followed.
bool add_file(const SafeRoot& root, const std::string& path, LogGroup& group, Gaps& gaps) {
  const auto info = root.info(path, SafeRoot::LastLink::kFollow);
  if (!info || info->kind != FileKind::kRegular) {
    gaps.push_back({.path = path,
                    .reason = info ? "not a regular file; not opened" : info.error().detail,
                    .prevents = std::string(kPrevents),
                    .grave = true});
    return false;
  }
  group.files.push_back({path, *info});
  return true;
}

void find_in_place(const SafeRoot& root, const LogPlace& place, std::vector<LogGroup>& groups, Gaps& gaps) {
  const std::string directory(place.directory);
  const auto listing = root.list(directory, kMostEntries);
  if (!listing) {
    if (listing.error().code != ErrorCode::kNotFound) {
      gaps.push_back(
          {.path = directory, .reason = listing.error().detail, .prevents = std::string(kPrevents)});
    }
    return;
  }
  if (listing->cut) {
    gaps.push_back(
        {.path = directory, .reason = "more entries than the limit", .prevents = std::string(kPrevents)});
  }
  std::map<std::string, std::vector<std::pair<std::int64_t, std::string>>> by_stem;
  for (const auto& entry : listing->entries) {
    const bool folder = entry.info.kind == FileKind::kDirectory;
    if (folder && (place.naming == Naming::kContains || place.role == LogRole::kMail)) continue;
    const auto [stem, age] = split_rotated_name(entry.name);
    if (matches(place, stem)) by_stem[std::string(stem)].emplace_back(-age, entry.name);
  }
  for (auto& [stem, names] : by_stem) {
    std::sort(names.begin(), names.end());
    LogGroup group{place.role, place.format, directory + "/" + stem, {}};
    for (const auto& [age, name] : names) add_file(root, directory + "/" + name, group, gaps);
    if (!group.files.empty()) groups.push_back(std::move(group));
  }
}

}  // namespace

std::string_view to_string(LogRole role) {
  switch (role) {
    case LogRole::kAuth:
      return "auth";
    case LogRole::kSystem:
      return "system";
    case LogRole::kWeb:
      return "web";
    case LogRole::kLogins:
      return "logins";
    case LogRole::kFailedLogins:
      return "failed_logins";
    case LogRole::kMail:
      return "mail";
    case LogRole::kAudit:
      return "audit";
    case LogRole::kHistory:
      return "history";
    case LogRole::kJournal:
      return "journal";
  }
  return "";
}

RotatedName split_rotated_name(std::string_view name) {
  if (const auto at = name.rfind('@'); at != name.npos && is_journal_name(name))
    return {name.substr(0, at), 1};
  if (is_journal_name(name)) return {name.substr(0, name.rfind(".journal")), 0};
  for (const auto ending : {".gz", ".xz", ".zst", ".bz2"}) {
    if (name.ends_with(ending)) name.remove_suffix(std::string_view(ending).size());
  }
  const auto mark = name.find_last_of(".-");
  if (mark == name.npos || mark == 0) return {name, 0};
  const auto suffix = name.substr(mark + 1);
  if (!all_digits(suffix) || suffix.size() > 10) return {name, 0};
  std::int64_t number = 0;
  for (const char c : suffix) number = number * 10 + (c - '0');
  if (name[mark] == '.' && suffix.size() <= 4) return {name.substr(0, mark), number};
  // A date: the later, the younger; all of them older than the file in use.
  constexpr std::int64_t kAfterAllDates = 10'000'000'000;
  if (suffix.size() >= 8) return {name.substr(0, mark), kAfterAllDates - number};
  return {name, 0};
}

std::vector<LogGroup> find_logs(const SafeRoot& root, const std::vector<std::string>& extra_access_logs,
                                Gaps& gaps, const std::vector<NamedLog>& named) {
  std::vector<LogGroup> groups;
  for (const auto& place : kPlaces) find_in_place(root, place, groups, gaps);
  for (const auto& log : named) {
    const auto info = root.info(log.path, SafeRoot::LastLink::kFollow);
    if (!info || info->kind != FileKind::kRegular) continue;  // nothing was written yet, or it is thrown away
    const auto slash = log.path.rfind('/');
    const std::string directory = log.path.substr(0, slash), name = log.path.substr(slash + 1);
    find_in_place(root, {log.role, log.format, directory, Naming::kExact, name}, groups, gaps);
  }
  for (const auto& path : extra_access_logs) {
    const bool known =
        std::any_of(groups.begin(), groups.end(), [&](const auto& g) { return g.base == path; });
    LogGroup group{LogRole::kWeb, LogFormat::kAccess, path, {}};
    if (!known && add_file(root, path, group, gaps)) groups.push_back(std::move(group));
  }
  find_journals(root, groups, gaps);
  return groups;
}

std::optional<Timestamp> text_mail_until(const std::vector<LogGroup>& groups) {
  // Not messages: what comes with a system leaves mail out of it.
  constexpr std::string_view kNames[] = {"mail.log", "maillog", "mail", "syslog"};
  Period written;
  for (const auto& group : groups) {
    const auto name = std::string_view(group.base).substr(group.base.rfind('/') + 1);
    if (group.format != LogFormat::kSyslog ||
        std::find(std::begin(kNames), std::end(kNames), name) == std::end(kNames))
      continue;
    for (const auto& file : group.files) {
      if (file.info.size > 0) written.include(file.info.mtime);
    }
  }
  return written.to;
}

}  // namespace rescue::evidence
