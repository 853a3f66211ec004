#include <algorithm>
#include <set>

#include "families.hpp"

namespace rescue::detect {
namespace {

using evidence::Event;
using evidence::EventKind;
using evidence::FieldName;

/// Something done to or by an account, as a log tells it.
struct Deed {
  EventKind kind{};
  Timestamp time{};
  std::string account, target, action;
  EvidenceRef evidence;
};

class AccountsDetector final : public Detector {
 public:
  explicit AccountsDetector(const RuleBook& rules) : rules_(rules) {}

  void on_event(const Scene& scene, const Event& event) override {
    constexpr std::size_t kMostDeeds = 200'000;
    if (deeds_.size() >= kMostDeeds) return;
    const auto target = event.field(FieldName::kTarget);
    auto action = event.field(event.kind == EventKind::kSudo ? FieldName::kCommand : FieldName::kAction);
    deeds_.push_back({event.kind, event.time, std::string(event.account), name_of(target),
                      std::string(action.substr(0, 300)), evidence_of(event, scene)});
  }

  void finish(const Scene& scene, CaseFile& file) override {
    for (const auto& account : scene.artifacts.accounts.accounts) judge(scene, account, file);
    for (const auto& deed : deeds_) judge(deed, file);
  }

 private:
  void judge(const Scene& scene, const evidence::Account& account, CaseFile& file) {
    const auto add = [&](const char* rule) {
      auto finding = rules_.rule(rule).finding({{"account", account.name}, {"path", "/etc/passwd"}});
      EvidenceRef ref;
      ref.file = "/etc/passwd";
      ref.line = account.line;
      ref.sha256 = scene.artifacts.accounts.sha256;
      ref.excerpt = account.text;
      finding.evidence.push_back(std::move(ref));
      file.add(std::move(finding));
    };
    if (account.uid == 0 && account.name != "root") add("accounts.second_root");
    if (account.empty_password && account.can_log_in()) add("accounts.empty_password");
  }

  void judge(const Deed& deed, CaseFile& file) {
    const auto* by = file.break_in_at(deed.time);
    if (by == nullptr) return;
    const bool privilege = deed.kind == EventKind::kSudo || deed.kind == EventKind::kSu;
    if (privilege && deed.account != by->account) return;
    const char* rule = deed.kind == EventKind::kAccountAdded ? "accounts.made_in_break_in"
                       : privilege                           ? "accounts.privilege_used"
                                                             : "accounts.changed_in_break_in";
    const auto target = deed.target.empty() ? "root" : deed.target;
    auto finding = rules_.rule(rule).finding(
        {{"account", deed.account}, {"target", target}, {"action", deed.action}, {"address", by->address}});
    finding.time = deed.time;
    finding.evidence.push_back(deed.evidence);
    if (privilege) file.reached_accounts.insert(target);
    const bool first = told_.emplace(rule, deed.account + "\n" + target).second;
    const auto shown = deed.action.empty() ? finding.title : finding.title + ": " + deed.action;
    Note note{deed.time, shown, source_of(deed.evidence)};
    if (!first) return file.notes.push_back(std::move(note));
    finding.notes.push_back(std::move(note));
    file.add(std::move(finding));
  }

  const RuleBook& rules_;
  std::vector<Deed> deeds_;
  std::set<std::pair<std::string, std::string>> told_;
};

}  // namespace

std::unique_ptr<Detector> make_accounts_detector(const RuleBook& rules) {
  return std::make_unique<AccountsDetector>(rules);
}

}  // namespace rescue::detect
