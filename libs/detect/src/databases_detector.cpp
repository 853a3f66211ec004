#include <algorithm>
#include <array>

#include "database_owners.hpp"
#include "disk_finding.hpp"
#include "families.hpp"
#include "places.hpp"

namespace rescue::detect {
namespace {

using evidence::SurveyedFile;

constexpr std::array<std::string_view, 9> kNames = {
    "mysql", "mariadb", "postgres", "mongodb", "mongod", "couchdb", "redis", "elasticsearch", "memcache"};

bool lies_in(std::string_view path, const std::string& folder) {
  return path.starts_with(folder) && (folder.ends_with('/') || path.substr(folder.size()).starts_with('/'));
}

/// Files outside a data base's own folders that belong to its account: it was made to write them.
class DatabasesDetector final : public Detector {
 public:
  explicit DatabasesDetector(const RuleBook& rules) : rules_(rules) {}

  void finish(const Scene& scene, CaseFile& file) override {
    const auto owners = database_owners(scene.artifacts.accounts);
    if (owners.empty()) return;
    for (const auto& surveyed : scene.survey.files) {
      if (surveyed.owned || surveyed.missing || !owners.contains(surveyed.info.uid)) continue;
      if (const auto* rule = rule_for(surveyed, scene))
        report(*rule, surveyed.path, surveyed.info.uid, scene, file);
    }
    for (const auto& cron : scene.artifacts.cron) {
      if (owners.contains(cron.info.uid) && !is_own(cron.account, cron.info.uid, scene))
        report(rules_.rule("databases.written_cron"), cron.path, cron.info.uid, scene, file);
    }
    for (const auto& keys : scene.artifacts.keys) {
      if (owners.contains(keys.info.uid) && !is_own(keys.account, keys.info.uid, scene))
        report(rules_.rule("databases.written_key"), keys.path, keys.info.uid, scene, file);
    }
  }

 private:
  /// A data base's own crontab and keys are its administrator's.
  static bool is_own(const std::string& account, std::uint32_t uid, const Scene& scene) {
    const auto* owner = scene.artifacts.account(account);
    return owner != nullptr && owner->uid == uid;
  }

  const Rule* rule_for(const SurveyedFile& surveyed, const Scene& scene) const {
    const auto& roots = scene.artifacts.web.roots;
    const bool web = std::any_of(roots.begin(), roots.end(), [&](const auto& root) {
      return root.directory != "/" && lies_in(surveyed.path, root.directory);
    });
    if (web) return &rules_.rule("databases.written_web_file");
    const bool library = surveyed.form == SurveyedFile::Form::kElf;
    return library ? &rules_.rule("databases.written_library") : nullptr;
  }

  void report(const Rule& rule, const std::string& path, std::uint32_t uid, const Scene& scene,
              CaseFile& file) {
    const auto& accounts = scene.artifacts.accounts.accounts;
    const auto owner =
        std::find_if(accounts.begin(), accounts.end(), [&](const auto& a) { return a.uid == uid; });
    const auto name = owner == accounts.end() ? std::to_string(uid) : owner->name;
    file.add(disk_finding(rule, scene, {.path = path, .excerpt = "owner " + name}, {{"account", name}}));
  }

  const RuleBook& rules_;
};

}  // namespace

std::set<std::uint32_t> database_owners(const evidence::AccountFile& accounts) {
  constexpr std::uint32_t kFirstOfPersons = 1'000;
  std::set<std::uint32_t> uids;
  for (const auto& account : accounts.accounts) {
    const bool named = std::find(kNames.begin(), kNames.end(), account.name) != kNames.end();
    if (named && account.uid > 0 && account.uid < kFirstOfPersons) uids.insert(account.uid);
  }
  return uids;
}

std::unique_ptr<Detector> make_databases_detector(const RuleBook& rules) {
  return std::make_unique<DatabasesDetector>(rules);
}

}  // namespace rescue::detect
