#include "backup/evidence_files.hpp"

#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <set>

#include "rescue/base/sha256.hpp"
#include "rescue/store/durable_file.hpp"

namespace rescue::ctl {
namespace {

namespace fs = std::filesystem;

std::string inner_path(const std::string& name) {
  return "/" + name.substr(0, 2) + "/" + name.substr(2, 2) + "/" + name;
}

/// The sorted names of what lies where evidence of that name belongs.
Result<std::vector<std::string>> names_in(const std::string& directory) {
  std::vector<std::string> names;
  std::error_code error;
  for (auto at = fs::recursive_directory_iterator(directory, error);
       !error && at != fs::recursive_directory_iterator(); at.increment(error)) {
    const std::string name = at->path().filename();
    // Only "ab" and "ab/cd": in the scratch folder of a running worker files come and go.
    if (name.size() != 2) at.disable_recursion_pending();
    if (is_sha256_hex(name) && at->path() == fs::path(directory + inner_path(name))) names.push_back(name);
  }
  if (error) return fail(ErrorCode::kUnavailable, "file-unavailable", directory + ": " + error.message());
  std::sort(names.begin(), names.end());
  return names;
}

Result<store::FileDigest> checked(const std::string& directory, const std::string& name) {
  RESCUE_ASSIGN(auto digest, store::digest_file(directory + inner_path(name)));
  if (digest.sha256 == name) return digest;
  return fail(ErrorCode::kCorrupt, "bad-backup",
              "evidence is not what its name says: " + directory + inner_path(name));
}

/// What was put where, to be made durable at the end, each directory once.
class Arrivals {
 public:
  Arrivals(std::string directory, Bring how) : directory_(std::move(directory)), how_(how) {}

  Status take(const std::string& from, const std::string& name) {
    const std::string to = directory_ + inner_path(name);
    const auto inner = fs::path(to).parent_path();
    for (const auto& folder : {inner.parent_path(), inner}) {
      if (!changed_.insert(folder).second) continue;
      RESCUE_TRY(store::make_directories(folder));
      RESCUE_TRY(store::give_to_owner_of_directory(folder));
    }
    std::error_code ignored;
    fs::remove(to, ignored);  // there, but not whole
    // What root brings is given to the services' user, which a link would do to the backup too.
    const bool may_link = how_ == Bring::kIntoBackup || ::geteuid() != 0;
    if (may_link && ::link(from.c_str(), to.c_str()) == 0) return {};
    RESCUE_TRY(store::copy_file(from, to, 0400));
    return how_ == Bring::kIntoBackup ? Status() : store::give_to_owner_of_directory(to);
  }
  Status make_durable() const {
    for (const auto& folder : changed_) RESCUE_TRY(store::sync_directory(folder));
    return store::sync_directory(directory_);
  }

 private:
  std::string directory_;
  Bring how_;
  std::set<std::string> changed_;
};

class Tally {
 public:
  void add(const std::string& name, const store::FileDigest& digest) {
    sum_.files += 1;
    sum_.bytes += static_cast<std::int64_t>(digest.bytes);
    names_.update(name + "\n");
  }
  EvidenceCopy end() {
    sum_.names_sha256 = names_.hex();
    return sum_;
  }

 private:
  EvidenceCopy sum_;
  Sha256 names_;
};

}  // namespace

Result<EvidenceCopy> copy_evidence(const std::string& from, const std::string& to, Bring how) {
  RESCUE_ASSIGN(const auto names, names_in(from));
  RESCUE_TRY(store::make_directories(to));
  Arrivals arrivals(to, how);
  Tally tally;
  for (const auto& name : names) {
    RESCUE_ASSIGN(const auto digest, checked(from, name));
    if (!checked(to, name)) RESCUE_TRY(arrivals.take(from + inner_path(name), name));
    tally.add(name, digest);
  }
  RESCUE_TRY(arrivals.make_durable());
  return tally.end();
}

Result<EvidenceCopy> verify_evidence(const std::string& directory) {
  RESCUE_ASSIGN(const auto names, names_in(directory));
  Tally tally;
  for (const auto& name : names) {
    RESCUE_ASSIGN(const auto digest, checked(directory, name));
    tally.add(name, digest);
  }
  return tally.end();
}

}  // namespace rescue::ctl
