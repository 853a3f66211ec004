#include <algorithm>
#include <map>
#include <unordered_map>

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
    if (key.empty() || kept_logins_ >= kMostLoginsInAll) return;
    auto& logins = logins_[name_of(key)];
    if (logins.size() >= kMostLogins) return;
    ++kept_logins_;
    logins.push_back(
        {event.time, std::string(event.account), std::string(event.address), evidence_of(event, scene)});
  }

  void finish(const Scene& scene, CaseFile& file) override {
    std::unordered_map<std::string_view, const evidence::Account*> accounts;
    for (const auto& account : scene.artifacts.accounts.accounts) accounts.emplace(account.name, &account);
    for (const auto& keys : scene.artifacts.keys) {
      const auto at = accounts.find(keys.account);
      const bool service = at != accounts.end() && !at->second->can_log_in() && at->second->uid != 0;
      const auto written = file.written_in_break_in(keys.info, scene);
      for (const auto& key : keys.keys) judge(keys, key, written, service, file);
    }
  }

 private:
  static constexpr std::size_t kMostLogins = 1000, kMostLoginsInAll = 200'000;
  using Written = std::pair<const BreakIn*, Timestamp>;
  using Logins = std::vector<KeyLogin>;

  void judge(const AuthorizedKeysFile& keys, const AuthorizedKey& key, const Written& written, bool service,
             CaseFile& file) {
    const auto at = logins_.find(key.fingerprint);
    const auto* logins = at == logins_.end() ? nullptr : &at->second;
    if (!report_added(keys, key, written, logins, file)) report_used_by_intruder(keys, key, logins, file);
    report_forced_command(keys, key, file);
    if (service) file.add(described(rules_.rule("keys.service_account"), keys, key, keys.info.mtime));
  }

  /// The file was written during a break-in, and this key was not in use before it.
  bool report_added(const AuthorizedKeysFile& keys, const AuthorizedKey& key, const Written& written,
                    const Logins* logins, CaseFile& file) {
    const auto [by, time] = written;
    if (by == nullptr) return false;
    const bool older = logins != nullptr && logins->front().time < by->from;
    if (older) return false;
    // What Redis wrote is told as that: nobody was logged in.
    const bool by_redis = by->way == BreakIn::Way::kRedis && by->through == keys.path;
    if (!by_redis) file.add(described(rules_.rule("keys.added_in_break_in"), keys, key, time));
    if (logins != nullptr) report_use(keys, key, *logins, time, file);
    return true;
  }

  void report_use(const AuthorizedKeysFile& keys, const AuthorizedKey& key, const Logins& logins,
                  Timestamp added, CaseFile& file) {
    const auto& first = logins.front();
    auto finding = rules_.rule("keys.used_after_added")
                       .finding({{"path", keys.path},
                                 {"account", first.account},
                                 {"address", first.address},
                                 {"key", key.fingerprint},
                                 {"count", std::to_string(logins.size())}});
    finding.time = first.time;
    finding.evidence.push_back(first.evidence);
    finding.notes.push_back({first.time,
                             first.account + " logged in from " + first.address + " with the added key",
                             source_of(first.evidence)});
    file.add(std::move(finding));
    // Who uses the key is in: the window goes on with it.
    for (auto& known : file.break_ins) {
      if (known.from > added) continue;
      known.to = std::max(known.to, logins.back().time + std::chrono::hours(1));
      // Redis tells nobody's address: who used the key it wrote shows whose doing that was.
      if (known.way == BreakIn::Way::kRedis && known.address.empty() && known.account == first.account)
        known.address = first.address;
    }
  }

  /// The key's file looks old, but an intruder's address used it after the break-in and nobody before.
  void report_used_by_intruder(const AuthorizedKeysFile& keys, const AuthorizedKey& key, const Logins* logins,
                               CaseFile& file) {
    if (logins == nullptr) return;
    const auto used = std::find_if(logins->begin(), logins->end(), [&](const KeyLogin& login) {
      return std::any_of(file.break_ins.begin(), file.break_ins.end(), [&](const BreakIn& b) {
        return b.address == login.address && login.time >= b.from && logins->front().time >= b.from;
      });
    });
    if (used == logins->end()) return;
    auto finding = described(rules_.rule("keys.used_by_intruder"), keys, key, used->time);
    finding.address = used->address;
    finding.evidence.push_back(used->evidence);
    file.add(std::move(finding));
  }

  void report_forced_command(const AuthorizedKeysFile& keys, const AuthorizedKey& key, CaseFile& file) {
    for (const auto& option : key.options) {
      const auto quote = option.starts_with("command=\"") ? option.find('"') : option.npos;
      if (quote == option.npos) continue;
      const auto command = option.substr(quote + 1, option.rfind('"') - quote - 1);
      if (shell_.first_match(command) == nullptr) continue;
      file.add(described(rules_.rule("keys.forced_command"), keys, key, keys.info.mtime));
    }
  }

  static Finding described(const Rule& rule, const AuthorizedKeysFile& keys, const AuthorizedKey& key,
                           Timestamp time) {
    auto finding = rule.finding({{"path", keys.path}, {"account", keys.account}, {"key", key.fingerprint}});
    finding.time = time;
    finding.evidence.push_back(key_evidence(keys, key));
    finding.notes.push_back({time, finding.title, keys.path + ":" + std::to_string(key.line)});
    return finding;
  }

  const RuleBook& rules_;
  ShellRules shell_;
  std::map<std::string, Logins> logins_;  // by fingerprint
  std::size_t kept_logins_ = 0;
};

}  // namespace

std::unique_ptr<Detector> make_keys_detector(const RuleBook& rules) {
  return std::make_unique<KeysDetector>(rules);
}

}  // namespace rescue::detect
