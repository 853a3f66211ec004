#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "rescue/evidence/accounts.hpp"
#include "rescue/evidence/gap.hpp"
#include "rescue/evidence/safe_root.hpp"

namespace rescue::evidence {

/// One line of an authorized_keys file (sshd(8), AUTHORIZED_KEYS FILE FORMAT).
struct AuthorizedKey {
  std::vector<std::string> options;  ///< as written, `command="…"` with its quotes
  std::string type;                  ///< "ssh-ed25519"
  std::string fingerprint;           ///< "SHA256:…", as ssh-keygen and sshd's log print it
  std::string comment;
  std::uint64_t line = 0;
  std::string text;  ///< the line as it stands
};

struct AuthorizedKeysFile {
  std::string path;
  std::string account;
  bool usual_place = true;  ///< ~/.ssh/authorized_keys or authorized_keys2
  FileInfo info;
  std::string sha256;
  std::vector<AuthorizedKey> keys;
};

/// Parses a file's content; lines that are neither key, comment nor empty are counted.
std::vector<AuthorizedKey> parse_authorized_keys(std::string_view text, std::size_t& bad_lines);

/// The files that sshd would read for each account: `patterns` as AuthorizedKeysFile takes them (%h %u %U %%,
/// relative to the home), and ~/.ssh/authorized_keys and authorized_keys2 whatever the setting says. One that
/// is over a limit of all together (32 MiB, 100,000 files) is a gap.
std::vector<AuthorizedKeysFile> read_authorized_keys(const SafeRoot& root,
                                                     const std::vector<Account>& accounts,
                                                     const std::vector<std::string>& patterns, Gaps& gaps);

}  // namespace rescue::evidence
