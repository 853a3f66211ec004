#include "mail_verdict.hpp"

#include <algorithm>
#include <set>

#include "rescue/base/ascii.hpp"

namespace rescue::detect {
namespace {

struct Way {
  std::string_view rule;
  std::string_view way;
  bool proves;  ///< where it is sure: settings alone show what could be done, not that it was
};
constexpr Way kWays[] = {
    {"mail.open_relay_settings", "open_relay", false}, {"mail.relayed_for_strangers", "open_relay", true},
    {"mail.account_abused", "abused_account", true},   {"logins.guessed_mail", "abused_account", false},
    {"mail.script_abused", "abused_script", true},
};

const Way* way_of(const Finding& finding) {
  const auto* at = std::find_if(std::begin(kWays), std::end(kWays),
                                [&](const Way& way) { return way.rule == finding.rule; });
  return at == std::end(kWays) || finding.severity < Severity::kMedium ? nullptr : at;
}

bool is_text_of_mail(const evidence::LogFileSummary& log) {
  return log.role == evidence::LogRole::kMail && log.events > 0;
}

bool was_read(const CaseFile& file, const Scene& scene) {
  return file.mail_events > 0 || std::ranges::any_of(scene.logs, is_text_of_mail);
}

/// What a journal says of mail that no text log does, and is not known whole.
std::string unread_journal(const Scene& scene) {
  evidence::Period text;
  bool from_journal = false;  // Red Hat's syslog reads the journal (imjournal): what that lacks it lacks, too
  for (const auto& log : scene.logs) {
    if (!is_text_of_mail(log) && !log.path.starts_with("/var/log/syslog")) continue;
    if (log.period.to) text.include(*log.period.to);
    from_journal = from_journal || log.path.starts_with("/var/log/maillog");
  }
  for (const auto& log : scene.logs) {
    if (!log.journal) continue;
    const auto& left_out = log.journal->mail_left_out.to;
    if (left_out && (from_journal || !scene.text_mail_until || *left_out > *scene.text_mail_until))
      return log.path + ": messages of the mail server came faster than journald takes them";
    const auto& until = log.journal->mail_until;
    if (until && (!text.to || *until > *text.to + std::chrono::days(1)))
      return log.path +
             ": it tells of mail after the last line of the text logs, which were written to later";
  }
  return {};
}

/// A log of mail that could not be read to its end; a journal where text logs do not reach as far.
std::string unread_log(const CaseFile& file, const Scene& scene) {
  if (auto journal = unread_journal(scene); !journal.empty()) return journal;
  const bool in_text = std::ranges::any_of(scene.logs, is_text_of_mail);
  const auto tells_mail = [&](const evidence::LogFileSummary& log, const evidence::Gap& gap) {
    if (log.path != gap.path) return false;
    if (log.role == evidence::LogRole::kMail) return true;
    if (!log.journal || !log.journal->system) return false;
    const auto until = gap.period.to ? gap.period.to : log.period.to;
    return scene.text_mail_until ? until > *scene.text_mail_until + std::chrono::days(1) : !in_text;
  };
  for (const auto& gap : file.gaps) {
    const bool of_mail =
        std::ranges::any_of(scene.logs, [&](const auto& log) { return tells_mail(log, gap); });
    if (gap.grave && of_mail) return gap.path + ": " + gap.reason;
  }
  return {};
}

/// Whom messages speak of that bear a mail server's name and are none of its, as the journals say.
class ForgedMail {
 public:
  explicit ForgedMail(const Scene& scene) : accounts_(scene.artifacts.accounts.accounts) {
    for (const auto& log : scene.logs)
      if (log.journal) lists_.push_back(&log.journal->forged_mail);
  }
  bool any() const {
    return std::ranges::any_of(lists_, [](const auto* list) { return !list->names.empty(); });
  }
  bool names(std::string_view name) const {
    const auto lower = lower_ascii(name);
    return !name.empty() && std::ranges::any_of(lists_, [&](const auto* list) {
      return list->cut || list->names.contains(lower);
    });
  }
  bool names(const Finding& finding) const {
    return names(finding.account) || names(finding.path) || names(name_of(finding.path)) ||
           std::ranges::any_of(accounts_, [&](const auto& account) {
             return account.name == finding.account && names("uid " + std::to_string(account.uid));
           });
  }

 private:
  /// A header names a script without its folder.
  static std::string_view name_of(std::string_view path) { return path.substr(path.rfind('/') + 1); }

  const std::vector<evidence::Account>& accounts_;
  std::vector<const evidence::JournalNames*> lists_;
};

Judgement nothing_found(const CaseFile& file, const Scene& scene) {
  if (!scene.artifacts.mail.server_found && !was_read(file, scene)) {
    return {VerdictState::kNoneFound, "There is no mail server on it and no log of one."};
  }
  if (!was_read(file, scene)) {
    return {VerdictState::kUndetermined, "There is a mail server, but no log that says what was sent."};
  }
  if (const auto unread = unread_log(file, scene); !unread.empty()) {
    return {VerdictState::kUndetermined,
            "Nothing was found, but a mail log could not be read: " + unread + "."};
  }
  return {
      VerdictState::kNoneFound,
      "The mail logs and the mail server's settings were read: no relaying for strangers, no account and no "
      "script that sends in masses against its habit."};
}

/// Mail of the account waits in masses: the queue's files are written by nobody but the mail server.
bool waits_in_queue(const std::string& account, const CaseFile& file) {
  return !account.empty() && std::ranges::any_of(file.findings, [&](const Finding& finding) {
    return finding.rule == "mail.queue_waiting" && lower_ascii(finding.account) == lower_ascii(account);
  });
}

}  // namespace

bool speaks_of_mail(std::string_view rule) {
  return rule.starts_with("mail.") || rule == "logins.guessed_mail";
}

Judgement judge_mail(const CaseFile& file, const Scene& scene, std::vector<std::string>& ways) {
  std::set<std::string> found;
  const Finding* gravest = nullptr;
  bool proved = false;
  for (const auto& finding : file.findings) {
    const auto* way = way_of(finding);
    if (way == nullptr) continue;
    found.emplace(way->way);
    const bool sure =
        way->proves && finding.severity >= Severity::kHigh && finding.confidence == Confidence::kHigh;
    const auto weight = [&](const Finding& f) { return std::pair(f.severity, f.confidence); };
    if (gravest == nullptr || (sure && !proved) || (sure == proved && weight(finding) > weight(*gravest)))
      gravest = &finding;
    proved = proved || sure;
  }
  ways.assign(found.begin(), found.end());
  if (gravest == nullptr) return nothing_found(file, scene);
  return {proved ? VerdictState::kConfirmed : VerdictState::kSuspected, gravest->title + ". " + gravest->why};
}

void doubt_forged_mail(CaseFile& file, const Scene& scene) {
  const ForgedMail forged(scene);
  if (!forged.any()) return;
  for (auto& finding : file.findings) {
    // What the settings say was read from a file of root's.
    if (way_of(finding) == nullptr || finding.rule == "mail.open_relay_settings") continue;
    if (std::erase_if(finding.addresses, [&](const auto& address) { return forged.names(address); }) > 0)
      finding.address = finding.addresses.empty() ? "" : finding.addresses.front();
    const bool relay = finding.rule == "mail.relayed_for_strangers";
    if (relay ? !finding.addresses.empty() : !forged.names(finding)) continue;
    if (waits_in_queue(finding.account, file)) continue;
    finding.doubtful = true;
    finding.confidence = Confidence::kLow;
    finding.why +=
        " The journal says that lines which name it did not come from the mail server: somebody may have "
        "made "
        "all of them up.";
  }
}

std::string cause_of_mail_abuse(const CaseFile& file) {
  const auto has = [&](std::string_view rule) {
    return std::find_if(file.findings.begin(), file.findings.end(),
                        [&](const auto& f) { return f.rule == rule; });
  };
  const auto settings = has("mail.open_relay_settings");
  if (settings == file.findings.end() || has("mail.relayed_for_strangers") == file.findings.end()) return {};
  return settings->title + ". " + settings->why;
}

}  // namespace rescue::detect
