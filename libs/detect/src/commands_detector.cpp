#include <algorithm>
#include <array>
#include <map>

#include "account_names.hpp"
#include "families.hpp"
#include "shell_rules.hpp"

namespace rescue::detect {
namespace {

using evidence::Event;
using evidence::EventKind;
using evidence::FieldName;

constexpr std::size_t kMostJudged = 20'000;  // different ones
constexpr std::size_t kMostCommands = 50'000;
constexpr std::size_t kMostOfBreakIns = 200;  // lines of the timeline
constexpr std::size_t kMostCommandBytes = 4096;

/// A command somebody ran that a rule speaks of, the first time.
struct Told {
  const Rule* rule = nullptr;
  std::optional<Timestamp> time;
  std::uint64_t count = 0;
  EvidenceRef evidence;
};

/// A command with its time: for what an intruder did.
struct Ran {
  Timestamp time{};
  std::string account, command;
  EvidenceRef evidence;
};

/// Without one of these in it no shipped rule of the family can match: most commands need not be taken apart.
bool may_matter(std::string_view command) {
  static constexpr std::array<std::string_view, 22> kWords = {
      "curl",   "wget",    "fetch",    "lwp-",      "lynx",      "GET ", "base64", "base32",
      "xxd",    "openssl", "uudecode", "/dev/tcp/", "/dev/udp/", "nc",   "netcat", "socat",
      "telnet", "mkfifo",  "python",   "perl",      "ruby",      "php"};
  return std::any_of(kWords.begin(), kWords.end(),
                     [&](std::string_view word) { return command.find(word) != command.npos; });
}

/// A condition that cannot hold where may_matter() says no.
bool needs_a_word(const Json& condition) {
  const auto all_matter = [](const Json& texts) {
    return std::all_of(texts.begin(), texts.end(),
                       [](const Json& text) { return may_matter(text.get<std::string>() + " "); });
  };
  const auto of = [&](const char* name) { return condition.value(name, Json::array()); };
  const auto feeds = condition.find("feeds");
  return (feeds != condition.end() && all_matter(feeds->at("from"))) || condition.contains("runs_download") ||
         (!of("program").empty() && all_matter(of("program")));
}

/// Every rule of the family needs one of the words; a user's own may not.
bool words_are_enough(const RuleBook& rules) {
  const auto family = rules.family("commands");
  return std::all_of(family.begin(), family.end(), [](const Rule* rule) {
    const auto any = rule->match.value("any", Json::array());
    return std::all_of(any.begin(), any.end(), needs_a_word);
  });
}

class CommandsDetector final : public Detector {
 public:
  explicit CommandsDetector(const RuleBook& rules)
      : shell_(rules, "commands"), judge_all_(!words_are_enough(rules)) {}

  void on_event(const Scene& scene, const Event& event) override {
    const auto command = event.field(FieldName::kCommand).substr(0, kMostCommandBytes);
    if (command.empty()) return;
    const bool timed = event.precision != evidence::TimePrecision::kUnknown;
    const auto account = accounts_.of(scene, event);
    if (timed && event.kind == EventKind::kCommandRun) remember(scene, event, account, command);
    if (!judge_all_ && !may_matter(command)) return;
    const auto key = std::pair(account, std::string(command));
    const auto known = seen_.find(key);
    if (known != seen_.end()) {
      ++known->second.count;
      return;
    }
    if (seen_.size() >= kMostJudged) {
      overflowed_ = true;
      return;
    }
    Told told{shell_.first_match(command), std::nullopt, 1, {}};
    if (told.rule != nullptr) told.evidence = evidence_of(event, scene);
    if (timed) told.time = event.time;
    seen_.emplace(key, std::move(told));
  }

  void finish(const Scene&, CaseFile& file) override {
    for (const auto& [key, told] : seen_) {
      if (told.rule != nullptr) report(key.first, key.second, told, file);
    }
    note_intruders(file);
    if (overflowed_) {
      file.gaps.push_back({.path = "/var/log/audit/audit.log",
                           .reason = "more different commands than can be judged",
                           .prevents = "judging every command that was run",
                           .grave = true});
    }
  }

 private:
  void remember(const Scene& scene, const Event& event, const std::string& account,
                std::string_view command) {
    if (ran_.size() >= kMostCommands) return;
    ran_.push_back({event.time, account, std::string(command.substr(0, 200)), evidence_of(event, scene)});
  }

  /// In an intruder's time what an administrator may do weighs more.
  void report(const std::string& account, const std::string& command, const Told& told,
              CaseFile& file) const {
    auto finding = told.rule->finding({{"account", account}, {"count", std::to_string(told.count)}});
    finding.time = told.time;
    finding.evidence.push_back(told.evidence);
    if (told.time && file.break_in_at(*told.time) != nullptr && finding.severity < Severity::kHigh) {
      finding.severity = Severity::kHigh;
      finding.why += " It was run in the time of a break-in.";
    }
    if (told.time) {
      finding.notes.push_back(
          {*told.time, finding.title + ": " + command.substr(0, 200), source_of(told.evidence)});
    }
    file.add(std::move(finding));
  }

  void note_intruders(CaseFile& file) const {
    std::size_t noted = 0;
    for (const auto& ran : ran_) {
      const auto* by = file.break_in_at(ran.time);
      if (by == nullptr || by->account != ran.account || noted == kMostOfBreakIns) continue;
      ++noted;
      file.notes.push_back({ran.time, ran.account + " ran: " + ran.command, source_of(ran.evidence)});
    }
  }

  ShellRules shell_;
  bool judge_all_;
  std::map<std::pair<std::string, std::string>, Told> seen_;
  std::vector<Ran> ran_;
  AccountNames accounts_;
  bool overflowed_ = false;
};

}  // namespace

std::unique_ptr<Detector> make_commands_detector(const RuleBook& rules) {
  return std::make_unique<CommandsDetector>(rules);
}

}  // namespace rescue::detect
