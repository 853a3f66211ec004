#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace rescue::recovery {

/// /etc/shadow (shadow(5)) with the password of `user` locked as `usermod -L` does it: '!' before it. The
/// text as it is where it is locked already or is no password at all; nothing where there is no such user.
std::optional<std::string> with_locked_password(std::string_view shadow, std::string_view user);

/// A file of users for Dovecot ("user:password:uid:gid::home::extra") in which no password fits `user` any
/// more; the rest of the line stays, so that mail is still delivered. Nothing where there is no such user.
std::optional<std::string> with_unusable_password(std::string_view users, std::string_view user);

/// One passdb of `doveconf -n`.
struct PasswordSource {
  std::string driver = {};  ///< "pam", "passwd-file", "sql", "ldap" …
  std::string path = {};    ///< of a passwd-file; "" where its name has variables
  bool deny = false;
  bool named = false;  ///< "passdb sql {", as Dovecot 2.4 has them: other settings than those of 2.3
};
/// Bounded; what is in no block called passdb is passed over.
std::vector<PasswordSource> password_sources(std::string_view doveconf);

/// uid of a line of /etc/passwd; nothing where there is no such user, or it is no number.
std::optional<unsigned> user_id(std::string_view passwd, std::string_view user);

}  // namespace rescue::recovery
