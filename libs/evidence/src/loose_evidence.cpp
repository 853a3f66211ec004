#include "rescue/evidence/loose_evidence.hpp"

#include <algorithm>
#include <map>
#include <tuple>

#include "journal_files.hpp"
#include "rescue/evidence/access_log.hpp"
#include "rescue/evidence/line_reader.hpp"
#include "rescue/evidence/login_records.hpp"
#include "rescue/evidence/syslog.hpp"
#include "rescue/evidence/walk.hpp"

namespace rescue::evidence {
namespace {

constexpr std::size_t kBeginningBytes = 64 * 1024;
constexpr std::string_view kPrevents = "what this log would have told";
constexpr std::string_view kJournalMagic = "LPKSHHRH";  // systemd, journal-def.h

bool is_text(std::string_view field) {
  return std::all_of(field.begin(), field.end(),
                     [](char c) { return static_cast<unsigned char>(c) >= 0x20; });
}

bool is_possible(const LoginRecord& record) {
  constexpr std::int16_t kLastType = 9;
  return record.type >= 0 && record.type <= kLastType && is_text(record.line) && is_text(record.user) &&
         is_text(record.host);
}

/// Records of btmp are those of log-ins that did not get further (type 6, sshd's and login's); wtmp has
/// others between them.
std::optional<Recognised> as_login_records(std::string_view bytes, bool cut) {
  constexpr std::size_t kEnough = 64;
  if (bytes.size() < kLoginRecordBytes || (!cut && bytes.size() % kLoginRecordBytes != 0))
    return std::nullopt;
  bool failed_only = true, any = false;
  for (std::size_t i = 0; i < kEnough && bytes.size() >= kLoginRecordBytes; ++i) {
    const auto record = parse_login_record(bytes.substr(0, kLoginRecordBytes));
    bytes.remove_prefix(kLoginRecordBytes);
    if (record.all_zero) continue;
    if (!is_possible(record)) return std::nullopt;
    any = any || record.type != 0;
    failed_only = failed_only && record.type == 6;
  }
  if (!any) return std::nullopt;
  return failed_only ? Recognised{LooseForm::kLog, LogRole::kFailedLogins, LogFormat::kFailedRecords}
                     : Recognised{LooseForm::kLog, LogRole::kLogins, LogFormat::kLoginRecords};
}

bool tells_of_log_ins(std::string_view program) {
  constexpr std::string_view kPrograms[] = {"sshd",           "sudo",    "su",     "login",
                                            "systemd-logind", "useradd", "usermod"};
  return std::find(std::begin(kPrograms), std::end(kPrograms), program) != std::end(kPrograms);
}

/// By what most of the lines are.
Recognised as_lines(std::string_view text, bool cut) {
  constexpr std::size_t kEnough = 1'000;
  std::size_t lines = 0, syslog = 0, access = 0, audit = 0;
  const bool begins_as_apt = text.starts_with("Start-Date: ") || text.starts_with("\nStart-Date: ") ||
                             text.starts_with("Log started: ") || text.starts_with("\nLog started: ");
  bool log_ins = false;
  while (!text.empty() && lines < kEnough) {
    const auto line = take_line(text);
    if (line.empty() || (cut && text.empty() && lines > 0)) continue;
    ++lines;
    Event event;
    if (const auto parts = parse_syslog_line(line)) {
      ++syslog;
      log_ins = log_ins || tells_of_log_ins(parts->program);
    } else if (line.starts_with("type=") && line.find(" msg=audit(") != line.npos) {
      ++audit;
    } else if (parse_access_line(line, event)) {
      ++access;
    }
  }
  const auto most = [&](std::size_t count) { return count > 0 && count * 2 >= lines; };
  if (most(syslog)) return {LooseForm::kLog, log_ins ? LogRole::kAuth : LogRole::kSystem, LogFormat::kSyslog};
  if (most(access)) return {LooseForm::kLog, LogRole::kWeb, LogFormat::kAccess};
  if (most(audit)) return {LooseForm::kLog, LogRole::kAudit, LogFormat::kAudit};
  // The last: one line before another log must not hide what it tells.
  if (begins_as_apt) return {LooseForm::kLog, LogRole::kSystem, LogFormat::kAptHistory};
  return {};
}

struct Beginning {
  std::string text;
  bool cut = false;
};

Result<Beginning> beginning_of(const SafeRoot& root, const std::string& path) {
  RESCUE_ASSIGN(auto file, root.open_file(path, SafeRoot::LastLink::kRefuse));
  EvidenceStream stream(path, std::move(file));
  Beginning beginning;
  beginning.text.resize(kBeginningBytes);
  std::size_t have = 0;
  while (have < kBeginningBytes) {
    const auto got = stream.read(std::span(beginning.text).subspan(have));
    if (!got || *got == 0) break;
    have += *got;
  }
  beginning.text.resize(have);
  beginning.cut = have == kBeginningBytes;
  return beginning;
}

std::string folder_of(const std::string& path) {
  return path.substr(0, path.rfind('/'));
}

/// The deepest folder that both lie in.
std::string shared_folder(const std::string& a, const std::string& b) {
  const auto [end, other] = std::mismatch(a.begin(), a.end(), b.begin(), b.end());
  const bool at_border = (end == a.end() || *end == '/') && (other == b.end() || *other == '/');
  const auto same = a.substr(0, static_cast<std::size_t>(end - a.begin()));
  return at_border ? same : folder_of(same);
}

/// Sorts the files of a folder into what the other readers take.
class Sorting {
 public:
  Sorting(const SafeRoot& root, const TimeIsUp& time_is_up, Gaps& gaps)
      : root_(root), time_is_up_(time_is_up), gaps_(gaps) {}

  void take(const std::string& path, const FileInfo& info) {
    if (info.kind == FileKind::kDirectory) return;
    if (info.kind != FileKind::kRegular) return gap(path, "not a regular file; not opened");
    if (info.size == 0) return;
    if (time_is_up_()) {
      ++not_looked_at_;
      return;
    }
    const auto beginning = beginning_of(root_, path);
    if (!beginning) return gap(path, beginning.error().detail);
    const auto found = recognise(beginning->text, beginning->cut);
    switch (found.form) {
      case LooseForm::kLog:
        return add_log(path, info, found);
      case LooseForm::kJournal:
        return add_journal(path);
      case LooseForm::kWeb:
        web_folder_ = web_folder_ ? shared_folder(*web_folder_, folder_of(path)) : folder_of(path);
        break;
      case LooseForm::kUnknown:
        if (unknown_++ == 0) first_unknown_ = path;
        break;
    }
    // Code may stand anywhere in a file that is no log.
    out_.web.files.push_back({path, info});
  }

  LooseEvidence finish() {
    for (auto& [key, log] : logs_) {
      std::sort(log.files.begin(), log.files.end(), [](const auto& a, const auto& b) {
        return std::tie(b.age, a.file.path) < std::tie(a.age, b.file.path);
      });
      LogGroup group{log.role, std::get<1>(key), std::get<0>(key), {}};
      for (auto& aged : log.files) group.files.push_back(std::move(aged.file));
      out_.groups.push_back(std::move(group));
    }
    KnownJournals known;
    for (auto& [folder, names] : journals_)
      add_journals(root_, folder, std::move(names), known, out_.groups, gaps_);
    if (web_folder_) {
      out_.web.server_found = true;
      out_.web.roots.push_back({web_folder_->empty() ? "/" : *web_folder_, "/"});
    }
    if (not_looked_at_ > 0) {
      gap("/",
          "the time limit was reached; " + std::to_string(not_looked_at_) + " file(s) were not looked at");
    }
    if (unknown_ > 0) {
      gap(first_unknown_, std::to_string(unknown_) +
                              " file(s) are of no form that is read here, this is the first; they were "
                              "searched for code only");
    }
    return std::move(out_);
  }

 private:
  struct Aged {
    std::int64_t age = 0;
    LogFile file;
  };
  struct Log {
    LogRole role = LogRole::kSystem;
    std::vector<Aged> files;
  };

  void gap(const std::string& path, std::string reason) {
    gaps_.push_back(
        {.path = path, .reason = std::move(reason), .prevents = std::string(kPrevents), .grave = true});
  }
  void add_log(const std::string& path, const FileInfo& info, const Recognised& found) {
    const auto slash = path.rfind('/') + 1;
    const auto [stem, age] = split_rotated_name(std::string_view(path).substr(slash));
    auto& log = logs_[{path.substr(0, slash) + std::string(stem), found.format}];
    // One file of it that tells of log-ins is enough.
    if (log.files.empty() || found.role == LogRole::kAuth) log.role = found.role;
    log.files.push_back({age, {path, info}});
  }

  void add_journal(const std::string& path) {
    journals_[folder_of(path)].push_back(path.substr(path.rfind('/') + 1));
  }

  const SafeRoot& root_;
  const TimeIsUp& time_is_up_;
  Gaps& gaps_;
  LooseEvidence out_;
  std::map<std::tuple<std::string, LogFormat>, Log> logs_;
  std::map<std::string, std::vector<std::string>> journals_;  // names, by folder
  std::optional<std::string> web_folder_;
  std::size_t unknown_ = 0;
  std::size_t not_looked_at_ = 0;
  std::string first_unknown_;
};

}  // namespace

Recognised recognise(std::string_view beginning, bool cut) {
  if (beginning.starts_with(kJournalMagic)) return {.form = LooseForm::kJournal};
  if (const auto records = as_login_records(beginning, cut)) return *records;
  const auto lines = as_lines(beginning, cut);
  if (lines.form != LooseForm::kUnknown) return lines;
  const bool code = beginning.find("<?php") != beginning.npos || beginning.find("<?=") != beginning.npos;
  return {.form = code ? LooseForm::kWeb : LooseForm::kUnknown};
}

LooseEvidence find_loose_evidence(const SafeRoot& root, const TimeIsUp& time_is_up, Gaps& gaps) {
  gaps.push_back(
      {.path = "/",
       .reason = "loose evidence was given and no server's disk",
       .prevents = "seeing accounts, keys, timed commands and packages, and calling the server clean",
       .grave = true});
  gaps.push_back({.path = "/etc/localtime",
                  .reason = "loose evidence does not tell the server's time zone; UTC is assumed",
                  .prevents = "exact times of lines without an offset"});
  Sorting sorting(root, time_is_up, gaps);
  walk(root, "/", WalkLimits{}, std::string(kPrevents), gaps,
       [&](const std::string& path, const FileInfo& info) {
         sorting.take(path, info);
         return true;
       });
  return sorting.finish();
}

}  // namespace rescue::evidence
