#include <algorithm>
#include <chrono>
#include <map>
#include <set>
#include <sstream>
#include <tuple>

#include "families.hpp"

namespace rescue::detect {
namespace {

using evidence::Event;
using evidence::EventKind;
using evidence::FieldName;

/// Where the numbers of persons begin: login.defs(5), UID_MIN. Red Hat's began with 500 up to 6.
std::uint32_t first_of_persons(const evidence::SafeRoot& root) {
  constexpr std::uint32_t kLeast = 500, kMost = 1'000;
  constexpr std::size_t kMostBytes = 64 << 10;
  const auto text = root.read_small("/etc/login.defs", kMostBytes);
  if (!text) return kMost;
  std::istringstream lines(*text);
  for (std::string line; std::getline(lines, line);) {
    std::istringstream words(line);
    std::string key;
    std::uint32_t value = 0;
    if (words >> key >> value && key == "UID_MIN") return std::clamp(value, kLeast, kMost);
  }
  return kMost;
}

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
    if (const auto info = scene.root.info("/etc/shadow", evidence::SafeRoot::LastLink::kFollow))
      std::tie(shadow_written_by_, shadow_written_) = file.written_in_break_in(*info, scene);
    first_of_persons_ = first_of_persons(scene.root);
    for (const auto& account : scene.artifacts.accounts.accounts) judge(scene, account, file);
    for (const auto& member : scene.artifacts.accounts.members) judge(scene, member, file);
    for (const auto& deed : deeds_) judge(deed, file);
  }

 private:
  bool is_of_service(const evidence::Account& account) const {
    return account.uid > 0 && account.uid < first_of_persons_ && !account.home.starts_with("/home/");
  }

  void judge(const Scene& scene, const evidence::Account& account, CaseFile& file) {
    const auto& accounts = scene.artifacts.accounts;
    const Place passwd{"/etc/passwd", account.line, account.text, accounts.sha256};
    const bool serves = is_of_service(account);
    if (account.uid == 0 && account.name != "root") add("accounts.second_root", account.name, passwd, file);
    if (account.empty_password && account.can_log_in())
      add("accounts.empty_password", account.name, passwd, file);
    if (account.password_here) add("accounts.password_in_passwd", account.name, passwd, file);
    if (serves && account.can_log_in() && account.has_password)
      add("accounts.service_password", account.name, passwd, file);
    if (account.password_day) judge_password_day(scene, account, file);
  }

  /// shadow knows the day only: it says something where the file itself was written in an intruder's time.
  void judge_password_day(const Scene& scene, const evidence::Account& account, CaseFile& file) {
    if (!account.has_password || shadow_written_by_ == nullptr) return;
    const auto by = shadow_written_by_;
    const auto written = shadow_written_;
    const auto day = Timestamp{} + std::chrono::hours(24) * *account.password_day;
    if (std::chrono::floor<std::chrono::days>(written) != day) return;
    auto finding = finding_at(
        "accounts.password_set_in_break_in", account.name, {{"address", by->address}},
        {"/etc/shadow", 0, account.name + ": changed on day " + std::to_string(*account.password_day),
         scene.artifacts.accounts.shadow_sha256});
    finding.time = written;
    finding.notes.push_back({written, finding.title, "/etc/shadow"});
    file.add(std::move(finding));
  }

  /// Groups that are root's rights under another name.
  void judge(const Scene& scene, const evidence::GroupMember& member, CaseFile& file) {
    const auto& names = rules_.rule("accounts.service_in_admin_group").match.at("groups");
    const auto* account = scene.artifacts.account(member.account);
    const bool serves = account != nullptr && is_of_service(*account);
    if (!serves || std::find(names.begin(), names.end(), Json(member.group)) == names.end()) return;
    auto finding =
        finding_at("accounts.service_in_admin_group", member.account, {{"target", member.group}},
                   {"/etc/group", member.line, member.text, scene.artifacts.accounts.group_sha256});
    // Without a password sudo lets it do nothing, and who builds containers is often in Docker's group.
    if (!account->has_password) finding.severity = Severity::kLow;
    file.add(std::move(finding));
  }

  /// A line of a file that says something of an account.
  struct Place {
    std::string path;
    std::uint64_t line = 0;
    std::string text, sha256;
  };

  Finding finding_at(const char* rule, const std::string& account, std::map<std::string, std::string> values,
                     const Place& place) const {
    values.insert({{"account", account}, {"path", place.path}});
    auto finding = rules_.rule(rule).finding(values);
    EvidenceRef ref;
    ref.file = place.path;
    if (place.line > 0) ref.line = place.line;
    ref.sha256 = place.sha256;
    ref.excerpt = place.text;
    finding.evidence.push_back(std::move(ref));
    return finding;
  }

  void add(const char* rule, const std::string& account, const Place& place, CaseFile& file) {
    file.add(finding_at(rule, account, {}, place));
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
  std::uint32_t first_of_persons_ = 0;
  std::vector<Deed> deeds_;
  const BreakIn* shadow_written_by_ = nullptr;  // when somebody was in
  Timestamp shadow_written_{};
  std::set<std::pair<std::string, std::string>> told_;
};

}  // namespace

std::unique_ptr<Detector> make_accounts_detector(const RuleBook& rules) {
  return std::make_unique<AccountsDetector>(rules);
}

}  // namespace rescue::detect
