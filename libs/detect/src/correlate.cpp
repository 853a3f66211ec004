#include "correlate.hpp"

#include <algorithm>
#include <map>
#include <set>

#include "software_list.hpp"

namespace rescue::detect {
namespace {

std::string_view family_of(const Finding& finding) {
  return std::string_view(finding.rule).substr(0, finding.rule.find('.'));
}

bool same_break_in(const Finding& finding, const BreakIn& break_in) {
  return !finding.address.empty() && finding.address == break_in.address;
}

/// Belongs to this break-in: by its address, or by happening in its time.
bool follows(const Finding& finding, const BreakIn& break_in) {
  if (finding.severity < Severity::kMedium) return false;
  if (same_break_in(finding, break_in)) return true;
  return finding.time && *finding.time >= break_in.from && *finding.time <= break_in.to;
}

/// What stands where at one moment: what can only have come first, first.
int turn_of(const Finding& finding, bool entry) {
  if (finding.rule.ends_with(".guessing")) return 0;
  if (entry) return 1;
  if (family_of(finding) == "webshell") return finding.rule == "webshell.called" ? 3 : 2;
  return family_of(finding) == "mail" ? 5 : 4;
}

/// When the web files among them were written, by path.
std::map<std::string_view, Timestamp> written(const CaseFile& file, const std::vector<std::size_t>& chain) {
  std::map<std::string_view, Timestamp> times;
  for (const auto i : chain) {
    const auto& finding = file.findings[i];
    if (finding.time && turn_of(finding, false) == 2 && finding.rule != "webshell.uploaded")
      times.emplace(finding.path, *finding.time);
  }
  return times;
}

/// Logs tell whole seconds, files more exactly: a file was not called before it was there.
Timestamp moment_of(const Finding& finding, Timestamp fallback,
                    const std::map<std::string_view, Timestamp>& files) {
  // Settings let somebody in before, whenever their file was written last.
  if (finding.rule == "redis.open_settings") return Timestamp::min();
  const auto time = finding.time.value_or(fallback);
  const auto there = files.find(finding.path);
  const bool same_second =
      there != files.end() && std::chrono::floor<std::chrono::seconds>(there->second) == time;
  return same_second && finding.rule != "webshell.uploaded" ? there->second : time;
}

/// What was there before somebody came in, and let them.
bool leads_to(const Finding& finding, const BreakIn& break_in) {
  if (finding.rule == "redis.open_settings") return break_in.way == BreakIn::Way::kRedis;
  return finding.rule == "ssh.guessing" && same_break_in(finding, break_in);
}

/// Break-ins that are a way in of their own, by what belongs to them.
struct Ways {
  std::set<std::string_view> addresses;
  std::map<std::string_view, std::string_view> paths;  ///< of what they rest on, with the address
};

/// What another intruder did in the same time bears out nothing about this one.
bool belongs_to_another(const Finding& finding, const BreakIn& break_in, const Ways& ways) {
  if (!finding.address.empty())
    return finding.address != break_in.address && ways.addresses.contains(finding.address);
  const auto of_path = ways.paths.find(finding.path);
  return !finding.path.empty() && of_path != ways.paths.end() && of_path->second != break_in.address;
}

struct Chain {
  std::vector<std::size_t> findings;
  std::set<std::string_view> families;  ///< besides the entry's own
};

Chain chain_of(const CaseFile& file, const BreakIn& break_in, std::size_t entry, const Ways& ways) {
  Chain chain;
  for (std::size_t i = 0; i < file.findings.size(); ++i) {
    const auto& finding = file.findings[i];
    const bool before = leads_to(finding, break_in);
    if (i != entry && !before && !follows(finding, break_in)) continue;
    chain.findings.push_back(i);
    // Rules of others read the same lines and files: they bear nothing out.
    if (i != entry && !before && family_of(finding) != "sigma" && family_of(finding) != "yara" &&
        family_of(finding) != family_of(file.findings[entry]) &&
        !belongs_to_another(finding, break_in, ways)) {
      chain.families.insert(family_of(finding));
    }
  }
  const auto files = written(file, chain.findings);
  const auto place = [&](std::size_t i) {
    const auto& finding = file.findings[i];
    return std::pair(moment_of(finding, break_in.from, files), turn_of(finding, i == entry));
  };
  std::stable_sort(chain.findings.begin(), chain.findings.end(),
                   [&](std::size_t a, std::size_t b) { return place(a) < place(b); });
  return chain;
}

std::string words_for(std::string_view family) {
  if (family == "keys") return "a key";
  if (family == "cron") return "a cron entry";
  if (family == "webshell") return "a web shell";
  if (family == "web") return "attacks on web pages";
  if (family == "accounts") return "changes to accounts or privilege used";
  if (family == "traces") return "traces removed";
  if (family == "packages") return "programs changed or added";
  if (family == "boot") return "something that starts by itself";
  if (family == "login") return "changed log-in settings or rights";
  if (family == "preload") return "a preloaded library";
  if (family == "kernel") return "a kernel module";
  if (family == "staging") return "programs laid ready";
  if (family == "container") return "a container with its host's rights";
  if (family == "redis") return "files written by Redis";
  if (family == "databases") return "files written by a data base";
  if (family == "commands") return "commands run";
  if (family == "mail") return "mail sent in masses";
  if (family == "yara") return "files that YARA rules match";
  return "log-ins";
}

std::string list_of(const std::set<std::string_view>& families) {
  std::string text;
  std::size_t i = 0;
  for (const auto family : families) {
    if (i > 0) text += i + 1 == families.size() ? " and " : ", ";
    text += words_for(family);
    ++i;
  }
  return text;
}

/// A log-in page's answer does not tell the account.
std::string guessed_title(const BreakIn& break_in) {
  return "The " + break_in.service + " password" +
         (break_in.account.empty() ? "" : " of " + break_in.account) + " was guessed";
}

std::string attack_title(const Finding& finding) {
  if (finding.rule == "web.attack_ran") return "A request had the web server run a command";
  return "A script was uploaded through the web server, used and taken away";
}

std::string title_of(const BreakIn& break_in, const Finding& entry) {
  if (break_in.way == BreakIn::Way::kGuessedLogin) return guessed_title(break_in);
  if (break_in.way == BreakIn::Way::kRedis)
    return "An open Redis was told to write what lets somebody in as " + break_in.account;
  if (break_in.way == BreakIn::Way::kWebAttack) return attack_title(entry);
  if (break_in.through.empty()) return "A web shell was called from " + break_in.address;
  return "A script was uploaded through " + break_in.through + " and called";
}

/// A log-in that records tell, and whose line or other record is missing where it must have been.
bool was_covered_up(const CaseFile& file, const Finding& entry, const Chain& chain) {
  constexpr auto kApart = std::chrono::seconds(10);
  if (entry.rule != "ssh.recorded_login" || !entry.time) return false;
  return std::any_of(chain.findings.begin(), chain.findings.end(), [&](std::size_t i) {
    const auto& other = file.findings[i];
    return family_of(other) == "traces" && other.account == entry.account && other.time &&
           *other.time >= *entry.time - kApart && *other.time <= *entry.time + kApart;
  });
}

/// A Redis that asks nobody for a password is a service left open (T1133), no weakness of a program.
std::string technique_of(const BreakIn& break_in) {
  if (break_in.way == BreakIn::Way::kGuessedLogin) return "T1110.001";
  if (break_in.way == BreakIn::Way::kRedis) return "T1133";
  return break_in.through.empty() ? "T1505.003" : "T1190";
}

EntryVector vector_of(const CaseFile& file, const BreakIn& break_in, std::size_t entry, const Ways& ways) {
  const auto& finding = file.findings[entry];
  const auto chain = chain_of(file, break_in, entry, ways);
  EntryVector vector;
  vector.entry = entry;
  const bool guessed = break_in.way == BreakIn::Way::kGuessedLogin;
  const bool called = break_in.way == BreakIn::Way::kWebShell && break_in.through.empty();
  vector.technique = technique_of(break_in);
  vector.title = title_of(break_in, finding);
  vector.confidence = finding.confidence;
  vector.account = break_in.account;
  vector.address = break_in.address;
  vector.at = break_in.from;
  vector.chain = chain.findings;
  vector.why = finding.why;
  if (!guessed) vector.why += software_words(file, finding.path);
  if (chain.families.empty()) {
    vector.why += " Nothing else was found that followed it.";
    if (called) vector.confidence = Confidence::kMedium;
    return vector;
  }
  // What an intruder leaves behind, seen by sources that know nothing of each other, bears out a weak sign.
  vector.why += " It was followed by " + list_of(chain.families) + ".";
  // Many people may stand behind one address; what followed is not known to be the guesser's.
  if (guessed && finding.rule == "web.login_guessed" && finding.severity < Severity::kHigh) return vector;
  if (guessed && chain.families.size() >= 2) vector.confidence = Confidence::kHigh;
  if (was_covered_up(file, finding, chain)) {
    vector.why += " What other logs told of this very log-in was taken out, which no owner does.";
    vector.confidence = Confidence::kHigh;
  }
  if (guessed && vector.confidence == Confidence::kLow) vector.confidence = Confidence::kMedium;
  return vector;
}

/// Into a mail account: what belongs to it is told by the account's name, not by its time.
std::optional<EntryVector> mail_vector_of(const CaseFile& file, const BreakIn& break_in, std::size_t entry) {
  const auto& finding = file.findings[entry];
  EntryVector vector;
  vector.entry = entry;
  vector.mail_only = true;
  const bool guessed = finding.rule == "logins.guessed_mail";
  vector.technique = guessed ? "T1110.001" : "T1078";
  vector.title = "The password of the mail account " + break_in.account +
                 (guessed ? " was guessed" : " was in other hands");
  vector.confidence = finding.confidence;
  vector.account = break_in.account;
  vector.address = break_in.address;
  vector.at = break_in.from;
  vector.why = finding.why;
  bool abused = false;
  for (std::size_t i = 0; i < file.findings.size(); ++i) {
    const auto& other = file.findings[i];
    const bool guessing = other.rule == "logins.guessing" && same_break_in(other, break_in);
    const bool mail = family_of(other) == "mail" && other.account == break_in.account;
    abused = abused || (mail && other.severity >= Severity::kMedium);
    if (i == entry || guessing || mail) vector.chain.push_back(i);
  }
  if (finding.severity < Severity::kMedium && !abused) return std::nullopt;  // an owner who mistyped
  if (abused && guessed) {
    vector.why += " It was followed by mail sent in masses.";
    vector.confidence = Confidence::kHigh;
  }
  return vector;
}

Confidence confidence_of(const CaseFile& file, const BreakIn& break_in) {
  return break_in.finding ? file.findings[*break_in.finding].confidence : Confidence::kLow;
}

/// A later visit in the time of an earlier break-in, and no other way in. A web shell whose upload was seen
/// came by itself, whoever else was in at that time.
bool is_consequence(const CaseFile& file, const BreakIn& break_in) {
  return std::any_of(file.break_ins.begin(), file.break_ins.end(), [&](const BreakIn& other) {
    if (other.from >= break_in.from || break_in.from > other.to) return false;
    if (other.address == break_in.address) return true;
    return break_in.way == BreakIn::Way::kWebShell && break_in.through.empty() &&
           confidence_of(file, other) >= confidence_of(file, break_in);
  });
}

}  // namespace

std::vector<EntryVector> entry_vectors(const CaseFile& file) {
  std::vector<EntryVector> vectors;
  for (const auto& break_in : file.mail_break_ins) {
    if (!break_in.finding) continue;
    if (auto vector = mail_vector_of(file, break_in, *break_in.finding))
      vectors.push_back(*std::move(vector));
  }
  std::vector<const BreakIn*> own;
  Ways ways;
  for (const auto& break_in : file.break_ins) {
    if (!break_in.finding || is_consequence(file, break_in)) continue;
    own.push_back(&break_in);
    ways.addresses.insert(break_in.address);
    ways.paths.emplace(file.findings[*break_in.finding].path, break_in.address);
  }
  for (const auto* break_in : own) vectors.push_back(vector_of(file, *break_in, *break_in->finding, ways));
  std::stable_sort(vectors.begin(), vectors.end(), [](const EntryVector& a, const EntryVector& b) {
    if (a.mail_only != b.mail_only) return b.mail_only;
    return a.confidence != b.confidence ? a.confidence > b.confidence : a.at < b.at;
  });
  return vectors;
}

}  // namespace rescue::detect
