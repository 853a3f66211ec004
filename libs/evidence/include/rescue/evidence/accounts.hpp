#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
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
  bool has_password = false;    ///< there is one, in shadow or in passwd itself, and it is not locked
  bool password_here = false;   ///< and it stands in passwd, where all can read it
  std::optional<std::uint32_t> password_day = {};  ///< when it was set, in days since 1970, as shadow says
  std::uint64_t line = 0;
  std::string text;  ///< the line as it stands, the password field left out

  /// The shell lets somebody work (not nologin, false, sync …).
  bool can_log_in() const;
};

/// Somebody in a group of /etc/group (group(5)).
struct GroupMember {
  std::string group, account;
  std::uint64_t line = 0;
  std::string text = {};
};

struct AccountFile {
  std::vector<Account> accounts;
  std::unordered_map<std::string, std::size_t> by_name;  ///< the first account of each name
  std::vector<GroupMember> members;                      ///< at most 50,000
  std::string group_sha256, shadow_sha256;
  bool read = false;
  std::string sha256;
  FileInfo info;
};

/// Parses passwd content; lines that are none are counted in `bad_lines`.
std::vector<Account> parse_passwd(std::string_view text, std::size_t& bad_lines);
/// Parses group content; at most 50,000 members.
std::vector<GroupMember> parse_group(std::string_view text);
/// /etc/passwd, with /etc/shadow (shadow(5)) for passwords and /etc/group for who is in which group.
AccountFile read_accounts(const SafeRoot& root, Gaps& gaps);

}  // namespace rescue::evidence
