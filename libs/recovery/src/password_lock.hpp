#pragma once

#include <string_view>

#include "rescue/base/unique_fd.hpp"
#include "rescue/recovery/server_files.hpp"

namespace rescue::recovery {

/// The lock that passwd(1), usermod(8) and their like hold while they change /etc/passwd and /etc/shadow
/// (lckpwdf(3): a lock by fcntl(2) on /etc/.pwd.lock). It ends with the object.
class PasswordLock {
 public:
  /// Holds nothing where `path` is none of these files. kUnavailable ("target-unavailable") when another one
  /// does not let go of it within 15 s, the patience of lckpwdf(3).
  static Result<PasswordLock> take_for(const ServerFiles& files, std::string_view path);

 private:
  UniqueFd fd_;
};

}  // namespace rescue::recovery
