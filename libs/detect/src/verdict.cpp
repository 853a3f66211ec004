#include "verdict.hpp"

#include <algorithm>

#include "mail_verdict.hpp"

namespace rescue::detect {
namespace {

using evidence::LogRole;

bool was_read(const Scene& scene, LogRole role) {
  return std::any_of(scene.logs.begin(), scene.logs.end(),
                     [&](const auto& log) { return log.role == role && log.events > 0; });
}
bool exists(const Scene& scene, LogRole role) {
  return std::any_of(scene.logs.begin(), scene.logs.end(), [&](const auto& log) { return log.role == role; });
}

/// Users' own journals tell of no log-ins.
bool system_journal_was_read(const Scene& scene) {
  return std::any_of(scene.logs.begin(), scene.logs.end(),
                     [](const auto& log) { return log.journal && log.journal->system && log.events > 0; });
}

std::string plural(std::uint64_t count, const std::string& noun) {
  return std::to_string(count) + " " + noun + (count == 1 ? "" : "s");
}

/// Findings that speak against the server and are only counted.
std::uint64_t only_counted(const CaseFile& file) {
  std::uint64_t count = 0;
  for (const auto& [rule, left_out] : file.left_out) {
    if (left_out.gravest >= Severity::kMedium && !speaks_of_mail(rule)) count += left_out.count;
  }
  return count;
}

/// The sentence that says there are more than those that were reasoned about.
std::string more_of_them(const CaseFile& file) {
  const auto count = only_counted(file);
  return count == 0 ? ""
                    : " " + plural(count, "more finding") + " of the same rules are counted but not listed.";
}

Judgement judge_intrusion(const CaseFile& file, const std::vector<EntryVector>& vectors) {
  if (!vectors.empty() && !vectors.front().mail_only && vectors.front().confidence == Confidence::kHigh) {
    const auto& best = vectors.front();
    const bool told = best.address.empty() || best.title.ends_with(" from " + best.address);
    return {VerdictState::kConfirmed, best.title + (told ? "" : " from " + best.address) + ". " + best.why +
                                          " " + plural(best.chain.size(), "linked finding") + "." +
                                          more_of_them(file)};
  }
  const Finding* gravest = nullptr;
  std::uint64_t speaking = only_counted(file);
  for (const auto& finding : file.findings) {
    if (finding.severity < Severity::kMedium || speaks_of_mail(finding.rule)) continue;
    ++speaking;
    const auto weight = [](const Finding& f) { return std::pair(f.severity, f.confidence); };
    if (gravest == nullptr || weight(finding) > weight(*gravest)) gravest = &finding;
  }
  if (gravest != nullptr) {
    const bool sure = gravest->severity == Severity::kCritical && gravest->confidence == Confidence::kHigh;
    return {sure ? VerdictState::kConfirmed : VerdictState::kSuspected,
            gravest->title + ". " + gravest->why + " " + plural(speaking, "finding") +
                " speak(s) against the server." + more_of_them(file)};
  }
  std::string missing;
  std::size_t grave = 0;
  for (const auto& gap : file.gaps) {
    if (!gap.grave) continue;
    if (grave++ < 3) missing += (missing.empty() ? "" : "; ") + gap.path + ": " + gap.reason;
  }
  if (grave > 0) {
    return {VerdictState::kUndetermined,
            "Nothing was found, but sources that would show a break-in could not be read: " + missing +
                (grave > 3 ? "; and more" : "") + "."};
  }
  return {VerdictState::kNoneFound,
          "The authentication log, accounts, keys, timed commands and web folders were read; nothing in them "
          "speaks "
          "of a break-in. Guessing without a log-in is background noise."};
}

}  // namespace

std::string_view to_string(VerdictState state) {
  switch (state) {
    case VerdictState::kConfirmed:
      return "confirmed";
    case VerdictState::kSuspected:
      return "suspected";
    case VerdictState::kNoneFound:
      return "none_found";
    case VerdictState::kUndetermined:
      return "undetermined";
  }
  return "";
}

evidence::Gaps missing_sources(const Scene& scene) {
  evidence::Gaps gaps;
  const bool auth = was_read(scene, LogRole::kAuth) || system_journal_was_read(scene);
  if (!auth) {
    const bool there = exists(scene, LogRole::kAuth);
    const bool journal = exists(scene, LogRole::kJournal);
    gaps.push_back(
        {.path = "/var/log/auth.log",
         .reason = there ? "the authentication log has no dated line"
                   : journal
                       ? "there is no authentication log, and no entry of the systemd journal could be read"
                       : "there is no authentication log (auth.log, secure or a systemd journal)",
         .prevents = "seeing log-ins and password guessing",
         .grave = true});
  }
  if (!exists(scene, LogRole::kLogins)) {
    gaps.push_back({.path = "/var/log/wtmp",
                    .reason = "there is no wtmp",
                    .prevents = "comparing log-ins with their records"});
  }
  if (!scene.artifacts.web.roots.empty() && scene.artifacts.web.server_found &&
      !exists(scene, LogRole::kWeb)) {
    gaps.push_back({.path = "/var/log/apache2",
                    .reason = "there is a web server but no access log",
                    .prevents = "seeing who called what on the web server",
                    .grave = true});
  }
  return gaps;
}

Verdict judge(const CaseFile& file, const std::vector<EntryVector>& vectors, const Scene& scene) {
  Verdict verdict;
  verdict.intrusion = judge_intrusion(file, vectors);
  verdict.mail_abuse = judge_mail(file, scene, verdict.mail_ways);
  const bool known = !vectors.empty() && vectors.front().confidence >= Confidence::kMedium &&
                     vectors.front().technique != "T1505.003";
  verdict.cause_known = known;
  if (known) {
    verdict.cause_why = vectors.front().title + ". " + vectors.front().why;
  } else if (!vectors.empty()) {
    verdict.cause_why = "What was used after the entry is known (" + vectors.front().title +
                        "), but not how it came onto the server.";
  } else if (verdict.intrusion.state == VerdictState::kConfirmed ||
             verdict.intrusion.state == VerdictState::kSuspected) {
    verdict.cause_why = "The findings do not show how somebody got in; traces may be gone or never written.";
  } else if (const auto cause = cause_of_mail_abuse(file); !cause.empty()) {
    verdict.cause_known = true;
    verdict.cause_why = cause;
  } else {
    verdict.cause_why = verdict.intrusion.state == VerdictState::kUndetermined
                            ? "Whether somebody broke in cannot be told from what is left, nor how."
                            : "No break-in was found, so there is no cause to name.";
  }
  return verdict;
}

}  // namespace rescue::detect
