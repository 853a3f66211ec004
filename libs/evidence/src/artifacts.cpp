#include "rescue/evidence/artifacts.hpp"

#include <set>

#include "rescue/base/sha256.hpp"

namespace rescue::evidence {
namespace {

constexpr std::size_t kMostHomes = 5'000;

void read_last_logins(const SafeRoot& root, Artifacts& out, Gaps& gaps) {
  const std::string path = "/var/log/lastlog";
  auto file = root.open_file(path);
  if (!file) {
    if (file.error().code != ErrorCode::kNotFound) {
      gaps.push_back(
          {.path = path, .reason = file.error().detail, .prevents = "knowing each account's last log-in"});
    }
    return;
  }
  std::vector<std::uint32_t> uids;
  for (const auto& account : out.accounts.accounts) uids.push_back(account.uid);
  out.last_logins = read_lastlog(*file, uids);
  constexpr std::uint64_t kWorthHashing = 64ULL
                                          << 20U;  // a large one is holes, by the uid it is indexed with
  if (file->info().size <= kWorthHashing) {
    const auto text = root.read_small(path, kWorthHashing);
    if (text) out.lastlog_sha256 = sha256_hex(*text);
  }
}

/// A list of accounts may name half a million folders: those that are there count.
std::vector<std::string> homes_of(const SafeRoot& root, const std::vector<Account>& accounts, Gaps& gaps) {
  std::set<std::string> named = {"/root"}, homes;
  for (const auto& account : accounts) {
    if (account.home.size() > 1 && account.home.starts_with('/')) named.insert(account.home);
  }
  for (const auto& home : named) {
    const auto info = root.info(home, SafeRoot::LastLink::kFollow);
    if (home != "/root" && (!info || info->kind != FileKind::kDirectory)) continue;
    if (homes.size() == kMostHomes) {
      gaps.push_back({.path = home,
                      .reason = "more homes than the limit; the rest was not looked at",
                      .prevents = "knowing what these accounts have in their homes",
                      .grave = true});
      break;
    }
    homes.insert(home);
  }
  return {homes.begin(), homes.end()};
}

}  // namespace

const Account* Artifacts::account(std::string_view name) const {
  const auto at = accounts.by_name.find(std::string(name));
  return at == accounts.by_name.end() ? nullptr : &accounts.accounts[at->second];
}

std::vector<NamedLog> named_logs(const Artifacts& artifacts) {
  std::vector<NamedLog> logs;
  for (const auto& path : artifacts.mail.php_mail_logs)
    logs.push_back({LogRole::kMail, LogFormat::kPhpMail, path});
  for (const auto& home : artifacts.homes) {
    for (const auto* name : {".bash_history", ".zsh_history", ".sh_history", ".ash_history", ".mysql_history",
                             ".mariadb_history", ".python_history"}) {
      logs.push_back({LogRole::kHistory, LogFormat::kHistory, home + "/" + name});
    }
  }
  return logs;
}

Artifacts read_artifacts(const SafeRoot& root, Gaps& gaps) {
  Artifacts out;
  out.host = read_host(root, gaps);
  out.accounts = read_accounts(root, gaps);
  out.homes = homes_of(root, out.accounts.accounts, gaps);
  out.sshd = read_sshd_config(root, gaps);
  out.keys = read_authorized_keys(root, out.accounts.accounts, out.sshd.authorized_keys_files, gaps);
  out.cron = read_cron(root, gaps);
  std::vector<std::string> homes;
  for (const auto& account : out.accounts.accounts) {
    if (account.can_log_in()) homes.push_back(account.home);
  }
  out.web = read_web_config(root, homes, gaps);
  out.mail = read_mail_config(root, out.host.hostname, gaps);
  out.packages = PackageFiles::read(root, {"/etc/cron"}, gaps);
  read_last_logins(root, out, gaps);
  return out;
}

}  // namespace rescue::evidence
