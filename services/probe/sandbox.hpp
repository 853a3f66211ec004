#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <vector>

#include "rescue/base/json.hpp"

namespace rescue::probe {

/// One of the walls around the process that reads.
struct SandboxLevel {
  std::string name;
  bool held = false;
  std::string why;  ///< what it keeps away; or why the kernel did not offer it
};

struct SandboxWish {
  std::vector<std::string> readable;  ///< the folders that may be read: the root, and what else was named
  std::uint64_t memory_bytes = 0;     ///< 0: what the parent may use
  std::chrono::seconds cpu{0};        ///< processor time; 0: what the parent may use
  unsigned jobs = 1;
  bool landlock = true;  ///< false: as on a kernel without it
};

/// Shuts the calling process in, for good: no new privileges, no capability but to read, limits, no network,
/// one readable folder, only those system calls that reading takes. What is open stays usable. A level that
/// the kernel does not offer is left out and told; the others hold all the same. To be called before the
/// process has threads. Where `openat2` is false afterwards, roots that are open have to walk by components.
struct Sandbox {
  std::vector<SandboxLevel> levels;
  bool openat2 = true;
};
Sandbox enter_sandbox(const SandboxWish& wish);

/// For the child that takes what runs on a server: it keeps the network's tables and, as root, the right to
/// look into other processes; else no new privileges, limits, and the same list of system calls, so that it
/// starts, connects to and writes nothing. Landlock would keep other processes from it.
void enter_live_sandbox();

/// The document's `sandbox`.
Json to_json(const std::vector<SandboxLevel>& levels);

/// The single walls; each says whether it stands.
SandboxLevel confine_to_folders(const std::vector<std::string>& readable);  ///< Landlock, from Linux 5.13
/// seccomp. What openat2 is asked for lies in memory, where a filter cannot see it: it is left only where
/// Landlock sees to what is opened for writing. Without it files are opened by openat alone, whose flags are
/// looked at.
SandboxLevel confine_system_calls(bool openat2_is_watched);

}  // namespace rescue::probe
