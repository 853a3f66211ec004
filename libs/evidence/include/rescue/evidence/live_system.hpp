#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "rescue/base/clock.hpp"
#include "rescue/evidence/live_snapshot.hpp"

namespace rescue::evidence {

/// A module of the kernel: a line of /proc/modules, a folder of /sys/module, or both.
struct LiveModule {
  std::string name;
  std::uint64_t bytes = 0;
  std::string state;        ///< Live, Loading, Unloading
  std::string taints;       ///< "OE": out of tree, unsigned …
  bool listed = false;      ///< in /proc/modules, both times
  bool has_folder = false;  ///< in /sys/module
};

/// A line of /proc/self/mountinfo (proc(5)). Texts are raw bytes.
struct LiveMount {
  std::string root, at, options, type, source, super_options;
  std::string device;  ///< "8:1"
};

/// A record of utmp of somebody who is logged in, or was.
struct LiveLogin {
  std::string user, terminal, from;
  std::int32_t pid = 0;
  Timestamp time{};
  bool ended = false;
};

struct LiveSystem {
  std::vector<LiveModule> modules;  ///< sorted by name
  bool modules_seen = false;        ///< both lists were there
  std::vector<LiveMount> mounts;
  std::vector<LiveLogin> logins;
  bool logins_seen = false;  ///< there is a utmp
  std::uint64_t taint = 0;   ///< bits of /proc/sys/kernel/tainted
  std::string release, hostname, core_pattern;
  std::vector<std::string> pins;  ///< names below /sys/fs/bpf
};

void parse_modules(const LiveSnapshot& snapshot, LiveSystem& out);
std::vector<LiveMount> parse_mounts(std::string_view text);
std::vector<LiveLogin> parse_logins(std::string_view records);
LiveSystem parse_system(const LiveSnapshot& snapshot);

}  // namespace rescue::evidence
