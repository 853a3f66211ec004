#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "rescue/evidence/gap.hpp"
#include "rescue/evidence/safe_root.hpp"

namespace rescue::evidence {

/// The settings of /etc/ssh/sshd_config (sshd_config(5)) that an investigation needs.
struct SshdConfig {
  bool read = false;
  std::vector<std::string> files;                  ///< all that were read, those included from elsewhere, too
  std::vector<std::string> authorized_keys_files;  ///< every one named, Match blocks included
  std::vector<std::string> authorized_keys_commands;
  std::vector<std::string> permit_root_login;
  std::vector<std::string> password_authentication;
};

/// The keyword and the rest of each line; `Include` with its globs is followed inside the root.
SshdConfig read_sshd_config(const SafeRoot& root, Gaps& gaps);

/// Shell-like match of one path component: `*` and `?` only, as sshd_config and apache use them.
bool glob_match(std::string_view pattern, std::string_view name);
/// Paths inside the root that match, sorted; wildcards in the last component only.
std::vector<std::string> expand_glob(const SafeRoot& root, const std::string& pattern);

}  // namespace rescue::evidence
