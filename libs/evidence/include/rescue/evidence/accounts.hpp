#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "rescue/evidence/gap.hpp"
#include "rescue/evidence/safe_root.hpp"

namespace rescue::evidence {

/// One line of /etc/passwd (passwd(5)).
struct Account {
  std::string name;
  std::uint32_t uid = 0;
  std::uint32_t gid = 0;
  std::string home;
  std::string shell;
  bool empty_password = false;  ///< no password at all is needed: passwd and shadow fields are empty
  std::uint64_t line = 0;
  std::string text;  ///< the line as it stands, the password field left out

  /// The shell lets somebody work (not nologin, false, sync …).
  bool can_log_in() const;
};

struct AccountFile {
  std::vector<Account> accounts;
  bool read = false;
  std::string sha256;
  FileInfo info;
};

/// Parses passwd content; lines that are none are counted in `bad_lines`.
std::vector<Account> parse_passwd(std::string_view text, std::size_t& bad_lines);
/// /etc/passwd, with /etc/shadow (shadow(5)) for empty passwords.
AccountFile read_accounts(const SafeRoot& root, Gaps& gaps);

}  // namespace rescue::evidence
