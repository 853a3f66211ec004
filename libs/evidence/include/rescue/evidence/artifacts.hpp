#pragma once

#include <vector>

#include "rescue/evidence/accounts.hpp"
#include "rescue/evidence/authorized_keys.hpp"
#include "rescue/evidence/crontab.hpp"
#include "rescue/evidence/dpkg.hpp"
#include "rescue/evidence/host.hpp"
#include "rescue/evidence/log_files.hpp"
#include "rescue/evidence/login_records.hpp"
#include "rescue/evidence/mail_config.hpp"
#include "rescue/evidence/sshd_config.hpp"
#include "rescue/evidence/web_config.hpp"

namespace rescue::evidence {

/// What lies on the disk as it is now: settings, accounts, keys, timed commands. Logs are apart, because they
/// are streamed.
struct Artifacts {
  bool of_disk = true;  ///< false: loose evidence, in which nothing of this could lie
  Host host;
  AccountFile accounts;
  std::vector<std::string> homes = {"/root"};  ///< folders that are there, each once; at most 5,000
  SshdConfig sshd;
  std::vector<AuthorizedKeysFile> keys;
  std::vector<CronFile> cron;
  WebConfig web;
  MailConfig mail;
  PackageFiles packages;
  std::vector<LastLogin> last_logins;
  std::string lastlog_sha256;

  const Account* account(std::string_view name) const;
};

/// The logs that only settings and accounts tell of: PHP's mail log, the histories of commands in homes.
std::vector<NamedLog> named_logs(const Artifacts& artifacts);

Artifacts read_artifacts(const SafeRoot& root, Gaps& gaps);

}  // namespace rescue::evidence
