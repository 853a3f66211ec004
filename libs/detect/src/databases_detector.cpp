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

template <std::size_t count>
bool lies_in_any(std::string_view path, const std::array<std::string_view, count>& folders) {
  return std::any_of(folders.begin(), folders.end(), [&](auto folder) { return path.starts_with(folder); });
}

/// Disks within the disk: their accounts are others, though numbers may be the same.
constexpr std::array<std::string_view, 5> kContainers = {"/var/lib/docker/", "/var/lib/containers/",
                                                         "/var/lib/containerd/", "/var/lib/snapd/", "/snap/"};
/// Where packaged servers load libraries from, where they write, and where all may write.
constexpr std::array<std::string_view, 6> kGrave = {"/usr/lib",  "/lib",      "/var/lib/",
                                                    "/var/tmp/", "/dev/shm/", "/tmp/"};
constexpr std::array<std::string_view, 8> kServers = {
    "mysqld", "mariadbd", "postgres", "mongod", "couchdb", "redis-server", "elasticsearch", "memcached"};

/// Files outside a data base's own folders that belong to its account: it was made to write them.
class DatabasesDetector final : public Detector {
 public:
  explicit DatabasesDetector(const RuleBook& rules) : rules_(rules) {}

  void finish(const Scene& scene, CaseFile& file) override {
    const auto owners = database_owners(scene.artifacts.accounts);
    if (owners.empty()) return;
    find_installed(scene, owners);
    for (const auto& surveyed : scene.survey.files) {
      if (surveyed.owned || surveyed.missing || !owners.contains(surveyed.info.uid)) continue;
      if (lies_in_any(surveyed.path, kContainers)) continue;
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

  /// Servers put there from an archive, with all that belongs to them given to their account: the folder
  /// above bin/, where nothing is anybody else's.
  void find_installed(const Scene& scene, const std::set<std::uint32_t>& owners) {
    std::set<std::string> looked_at;  // bounded: the account's owner can make as many as they like
    for (const auto& surveyed : scene.survey.files) {
      const auto& path = surveyed.path;
      const auto name = path.rfind('/');
      const bool serves =
          std::find(kServers.begin(), kServers.end(), path.substr(name + 1)) != kServers.end();
      if (!serves || surveyed.owned || surveyed.missing || !owners.contains(surveyed.info.uid)) continue;
      const auto folder = std::string_view(path).substr(0, name);
      const auto above = folder.rfind('/');
      const auto last = folder.substr(above + 1);
      if (above == 0 || (last != "bin" && last != "sbin" && last != "libexec")) continue;
      const auto tree = path.substr(0, above);
      if (tree == "/usr" || tree == "/usr/local" || lies_in_any(path, kGrave)) continue;
      if (!looked_at.insert(tree).second || looked_at.size() > kMostTrees) continue;
      const auto others =
          std::any_of(scene.survey.files.begin(), scene.survey.files.end(), [&](const auto& f) {
            return !f.missing && f.info.uid != surveyed.info.uid && lies_in(f.path, tree);
          });
      if (!others) installed_.emplace(tree, surveyed.info.uid);
    }
  }

  bool is_installed(const SurveyedFile& surveyed, const Scene& scene) const {
    const auto& accounts = scene.artifacts.accounts.accounts;
    const auto at_home = std::any_of(accounts.begin(), accounts.end(), [&](const auto& a) {
      return a.uid == surveyed.info.uid && a.home.size() > 1 && lies_in(surveyed.path, a.home);
    });
    return at_home || std::any_of(installed_.begin(), installed_.end(), [&](const auto& tree) {
             return tree.second == surveyed.info.uid && lies_in(surveyed.path, tree.first);
           });
  }

  const Rule* rule_for(const SurveyedFile& surveyed, const Scene& scene) const {
    const auto& roots = scene.artifacts.web.roots;
    const bool web = std::any_of(roots.begin(), roots.end(), [&](const auto& root) {
      return root.directory != "/" && lies_in(surveyed.path, root.directory);
    });
    if (web) return &rules_.rule("databases.written_web_file");
    if (surveyed.form != SurveyedFile::Form::kElf) return nullptr;
    if (lies_in_any(surveyed.path, kGrave)) return &rules_.rule("databases.written_library");
    return is_installed(surveyed, scene) ? nullptr : &rules_.rule("databases.program_of_it");
  }

  void report(const Rule& rule, const std::string& path, std::uint32_t uid, const Scene& scene,
              CaseFile& file) {
    const auto& accounts = scene.artifacts.accounts.accounts;
    const auto owner =
        std::find_if(accounts.begin(), accounts.end(), [&](const auto& a) { return a.uid == uid; });
    const auto name = owner == accounts.end() ? std::to_string(uid) : owner->name;
    file.add(disk_finding(rule, scene, {.path = path, .excerpt = "owner " + name}, {{"account", name}}));
  }

  static constexpr std::size_t kMostTrees = 16;

  const RuleBook& rules_;
  std::set<std::pair<std::string, std::uint32_t>> installed_;
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
