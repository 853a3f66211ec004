#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "rescue/base/clock.hpp"
#include "rescue/evidence/live_snapshot.hpp"

namespace rescue::evidence {

/// An open file of a process that is no plain one, or one of the first three.
struct LiveDescriptor {
  std::int32_t number = 0;
  std::string target;       ///< "socket:[123]", "/dev/null", raw bytes
  std::uint64_t inode = 0;  ///< of a socket or pipe; 0: it is none
  bool socket = false;
};

/// One process as /proc tells it (proc(5)). Texts are raw bytes that the process chose itself.
struct LiveProcess {
  std::int32_t pid = 0, parent = 0, session = 0, terminal = 0, tracer = 0;
  std::optional<std::uint32_t> uid, effective_uid;
  std::string name;  ///< comm, at most 15 bytes
  char state = '?';
  bool kernel_thread = false;        ///< the kernel says so, not its name
  std::uint64_t start_ticks = 0;     ///< hundredths of a second since the start of the machine
  std::uint64_t cpu_ticks = 0;       ///< used so far
  std::optional<Timestamp> started;  ///< nothing where the start of the machine is not known
  std::string program;               ///< exe without " (deleted)"; empty where it could not be seen
  bool program_deleted = false;
  bool program_in_memory = false;  ///< of a memfd
  std::string program_sha256;      ///< of those deleted
  std::vector<std::string> arguments;
  std::string command;  ///< the arguments with blanks between
  std::string folder;   ///< cwd
  std::string cgroup;
  std::map<std::string, std::string> environment;  ///< only what matters
  std::vector<LiveDescriptor> descriptors;
  std::vector<std::string> libraries;  ///< files whose code is mapped, but for the program; " (deleted)" kept
  std::string root, network, pid_namespace, mount_namespace;
  std::string container;      ///< its name or the beginning of its id, by its cgroup; may be empty
  bool other_root = false;    ///< it is a container's, and sees another disk than we do
  std::string hidden;         ///< how: "unlisted", "no_folder"; empty: it is not
  std::int32_t told_pid = 0;  ///< the number that its own status says, 0: it says none

  const LiveDescriptor* descriptor(std::int32_t number) const;
};

/// What holds for all of them.
struct LiveClock {
  Timestamp taken{};
  std::optional<Timestamp> booted;
  double uptime_s = 0;
  std::string boot_id;
  std::int32_t own_pid = 0;
  std::uint32_t effective_uid = 0;
  std::string root_id;
  std::uint64_t refused = 0;   ///< processes of which something was not shown
  std::uint64_t left_out = 0;  ///< texts for which there was no room
};

LiveClock parse_live_clock(const LiveSnapshot& snapshot);

/// "12 (a name) S 1 …": fills in what stat tells. False: it is of no such form.
bool parse_process_stat(std::string_view text, LiveProcess& process);
void parse_process_status(std::string_view text, LiveProcess& process);
/// "web" of "/lxc.payload.web/x", "0123456789ab" of "/system.slice/docker-0123456789ab….scope"; empty: no
/// maker of containers names its groups so.
std::string container_of(std::string_view cgroup);
/// The texts of cmdline, each ended by a zero byte; at most 256, 4 KiB in all.
std::vector<std::string> parse_arguments(std::string_view text);

/// All that were taken, by number. `on_each` is told before each: whoever dies of one is to be found out.
std::map<std::int32_t, LiveProcess> parse_processes(
    const LiveSnapshot& snapshot, const LiveClock& clock,
    const std::function<bool(const std::string& path)>& on_each);

}  // namespace rescue::evidence
