// Landlock (https://docs.kernel.org/userspace-api/landlock.html): what a process may do with files.
#include <fcntl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>

#include "rescue/base/unique_fd.hpp"
#include "sandbox.hpp"

namespace rescue::probe {
namespace {

// The system calls and bits are written out: the headers that a build has may be older than the kernel it
// runs on.
constexpr long kCreateRuleset = 444, kAddRule = 445, kRestrictSelf = 446;
constexpr unsigned kAskVersion = 1, kPathBeneath = 1;

struct RulesetAttributes {
  std::uint64_t files = 0;    // from version 1
  std::uint64_t network = 0;  // from version 4
  std::uint64_t scoped = 0;   // from version 6
};
struct [[gnu::packed]] PathBeneath {
  std::uint64_t allowed;
  std::int32_t folder;
};

constexpr std::uint64_t kReadFile = 1U << 2U, kReadFolder = 1U << 3U;

/// How many rights of files each version knows; later ones know as many as the last.
constexpr std::array<unsigned, 5> kFileRights = {13, 14, 15, 15, 16};

RulesetAttributes all_of(long version) {
  RulesetAttributes attributes;
  const auto row = static_cast<std::size_t>(version) - 1;
  attributes.files = (1ULL << kFileRights[std::min(row, kFileRights.size() - 1)]) - 1;
  if (version >= 4) attributes.network = 3;  // to bind and to connect by TCP
  if (version >= 6) attributes.scoped = 3;   // to reach others' abstract sockets, to send them signals
  return attributes;
}

std::size_t size_for(long version) {
  if (version >= 6) return sizeof(RulesetAttributes);
  return (version >= 4 ? 2 : 1) * sizeof(std::uint64_t);
}

SandboxLevel refused(int error) {
  std::string why = error == ENOSYS       ? "the kernel has no Landlock (Linux 5.13 has)"
                    : error == EOPNOTSUPP ? "Landlock was switched off when the kernel started"
                                          : std::string("the kernel refused: ") + ::strerror(error);
  return {"landlock", false, why + "; openat2 or the walk alone keep it inside the root"};
}

}  // namespace

SandboxLevel confine_to_folders(const std::vector<std::string>& readable) {
  const long version = ::syscall(kCreateRuleset, nullptr, 0, kAskVersion);
  if (version < 1) return refused(version < 0 ? errno : ENOSYS);
  const auto attributes = all_of(version);
  const UniqueFd rules(static_cast<int>(::syscall(kCreateRuleset, &attributes, size_for(version), 0)));
  if (!rules) return refused(errno);
  for (const auto& path : readable) {
    const UniqueFd folder(::open(path.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC));
    const PathBeneath rule{kReadFile | kReadFolder, folder.get()};
    if (!folder || ::syscall(kAddRule, rules.get(), kPathBeneath, &rule, 0) != 0) return refused(errno);
  }
  if (::syscall(kRestrictSelf, rules.get(), 0) != 0) return refused(errno);
  return {"landlock", true,
          "nothing outside the root can be read, nothing anywhere written (version " +
              std::to_string(version) + ")"};
}

}  // namespace rescue::probe
