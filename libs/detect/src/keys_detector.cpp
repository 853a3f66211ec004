#include <algorithm>
#include <map>

#include "families.hpp"
#include "shell_rules.hpp"

namespace rescue::detect {
namespace {

using evidence::AuthorizedKey;
using evidence::AuthorizedKeysFile;
using evidence::Event;
using evidence::FieldName;

struct KeyLogin {
  Timestamp time{};
  std::string account, address;
  EvidenceRef evidence;
};

EvidenceRef key_evidence(const AuthorizedKeysFile& file, const AuthorizedKey& key) {
  EvidenceRef ref;
  ref.file = file.path;
  ref.line = key.line;
  ref.sha256 = file.sha256;
  ref.excerpt = key.text.size() <= 200 ? key.text : key.type + " " + key.fingerprint + " " + key.comment;
  return ref;
}

class KeysDetector final : public Detector {
 public:
  explicit KeysDetector(const RuleBook& rules) : rules_(rules), shell_(rules, "cron") {}

  void on_event(const Scene& scene, const Event& event) override {
    const auto key = event.field(FieldName::kKey);
    if (key.empty() || logins_.size() >= kMostKeys) return;
    auto& logins = logins_[std::string(key)];
    if (logins.size() < kMostLogins) {
      logins.push_back(
          {event.time, std::string(event.account), std::string(event.address), evidence_of(event, scene)});
    }
  }

  void finish(const Scene& scene, CaseFile& file) override {
    for (const auto& keys : scene.artifacts.keys) {
      const auto* account = scene.artifacts.account(keys.account);
      for (const auto& key : keys.keys) judge(scene, keys, key, account, file);
    }
  }

 private:
  static constexpr std::size_t kMostKeys = 100'000, kMostLogins = 1000;

  void judge(const Scene& scene, const AuthorizedKeysFile& keys, const AuthorizedKey& key,
             const evidence::Account* account, CaseFile& file) {
    const auto at = logins_.find(key.fingerprint);
    const auto* logins = at == logins_.end() ? nullptr : &at->second;
    if (!report_added(scene, keys, key, logins, file)) report_used_by_intruder(keys, key, logins, file);
    report_forced_command(keys, key, file);
    if (account != nullptr && !account->can_log_in() && account->uid != 0) {
      add(rules_.rule("keys.service_account"), keys, key, keys.info.mtime, file);
    }
  }

  /// The file was written during a break-in, and this key was not in use before it.
  bool report_added(const Scene& scene, const AuthorizedKeysFile& keys, const AuthorizedKey& key,
                    const std::vector<KeyLogin>* logins, CaseFile& file) {
    const auto [by, written] = file.written_in_break_in(keys.info, scene);
    if (by == nullptr) return false;
    const bool older = logins != nullptr && logins->front().time < by->from;
    if (older) return false;
    const auto index = add(rules_.rule("keys.added_in_break_in"), keys, key, written, file);
    report_use(keys, key, logins, index, file);
    return true;
  }

  void report_use(const AuthorizedKeysFile& keys, const AuthorizedKey& key,
                  const std::vector<KeyLogin>* logins, std::size_t added, CaseFile& file) {
    if (logins == nullptr) return;
    const auto& first = logins->front();
    auto finding = rules_.rule("keys.used_after_added")
                       .finding({{"path", keys.path},
                                 {"account", first.account},
                                 {"address", first.address},
                                 {"key", key.fingerprint},
                                 {"count", std::to_string(logins->size())}});
    finding.time = first.time;
    finding.evidence.push_back(first.evidence);
    const auto index = file.add(std::move(finding));
    file.notes.push_back({first.time,
                          first.account + " logged in from " + first.address + " with the added key",
                          source_of(first.evidence), index});
    // Who uses the key is in: the window goes on with it.
    for (auto& known : file.break_ins) {
      if (file.findings[added].time && known.from <= *file.findings[added].time) {
        known.to = std::max(known.to, logins->back().time + std::chrono::hours(1));
      }
    }
  }

  /// The key's file looks old, but an intruder's address used it after the break-in and nobody before.
  void report_used_by_intruder(const AuthorizedKeysFile& keys, const AuthorizedKey& key,
                               const std::vector<KeyLogin>* logins, CaseFile& file) {
    if (logins == nullptr) return;
    const auto used = std::find_if(logins->begin(), logins->end(), [&](const KeyLogin& login) {
      return std::any_of(file.break_ins.begin(), file.break_ins.end(), [&](const BreakIn& b) {
        return b.address == login.address && login.time >= b.from && logins->front().time >= b.from;
      });
    });
    if (used == logins->end()) return;
    const auto index = add(rules_.rule("keys.used_by_intruder"), keys, key, used->time, file);
    file.findings[index].address = used->address;
    file.findings[index].evidence.push_back(used->evidence);
  }

  void report_forced_command(const AuthorizedKeysFile& keys, const AuthorizedKey& key, CaseFile& file) {
    for (const auto& option : key.options) {
      const auto quote = option.starts_with("command=\"") ? option.find('"') : option.npos;
      if (quote == option.npos) continue;
      const auto command = option.substr(quote + 1, option.rfind('"') - quote - 1);
      if (shell_.first_match(command) == nullptr) continue;
      add(rules_.rule("keys.forced_command"), keys, key, keys.info.mtime, file);
    }
  }

  std::size_t add(const Rule& rule, const AuthorizedKeysFile& keys, const AuthorizedKey& key, Timestamp time,
                  CaseFile& file) {
    auto finding = rule.finding({{"path", keys.path}, {"account", keys.account}, {"key", key.fingerprint}});
    finding.time = time;
    finding.evidence.push_back(key_evidence(keys, key));
    const auto title = finding.title;
    const auto index = file.add(std::move(finding));
    file.notes.push_back({time, title, keys.path + ":" + std::to_string(key.line), index});
    return index;
  }

  const RuleBook& rules_;
  ShellRules shell_;
  std::map<std::string, std::vector<KeyLogin>> logins_;
};

}  // namespace

std::unique_ptr<Detector> make_keys_detector(const RuleBook& rules) {
  return std::make_unique<KeysDetector>(rules);
}

}  // namespace rescue::detect
