#pragma once

#include <string>
#include <unordered_set>

#include "rescue/evidence/gap.hpp"
#include "rescue/evidence/safe_root.hpp"

namespace rescue::evidence {

/// Which paths Debian packages own, from /var/lib/dpkg/info/*.list. Says nothing of what they hold now.
class PackageFiles {
 public:
  /// `wanted`: only paths below one of these folders are kept (memory), e.g. {"/etc/cron"}.
  static PackageFiles read(const SafeRoot& root, const std::vector<std::string>& wanted, Gaps& gaps);
  /// A package data base was there.
  bool known() const { return known_; }
  bool owns(const std::string& path) const { return paths_.contains(path); }
  std::size_t size() const { return paths_.size(); }

 private:
  bool known_ = false;
  std::unordered_set<std::string> paths_;
};

}  // namespace rescue::evidence
