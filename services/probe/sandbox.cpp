#include "sandbox.hpp"

#include <linux/capability.h>
#include <sched.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>

namespace rescue::probe {
namespace {

// A sanitizer opens files of its own and takes terabytes of address space.
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
constexpr bool kCanBeShutIn = false;
#else
constexpr bool kCanBeShutIn = true;
#endif

SandboxLevel level_of(const char* name, bool held, const char* keeps_away) {
  return {name, held, held ? keeps_away : std::string("the kernel refused: ") + ::strerror(errno)};
}

SandboxLevel no_new_privileges() {
  return level_of("no_new_privileges", ::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0,
                  "no program that it starts gets more rights");
}

/// Lowers a limit; one that is lower already stays.
bool limit(__rlimit_resource_t resource, rlim_t most, rlim_t grace = 0) {
  rlimit now{};
  if (::getrlimit(resource, &now) != 0) return false;
  now.rlim_max = std::min(now.rlim_max, most + grace);
  now.rlim_cur = std::min(now.rlim_cur, std::min(now.rlim_max, most));
  return ::setrlimit(resource, &now) == 0;
}

SandboxLevel limits(const SandboxWish& wish) {
  constexpr rlim_t kOpenFiles = 1'024;
  bool held = limit(RLIMIT_NOFILE, kOpenFiles) && limit(RLIMIT_CORE, 0);
  if (wish.cpu.count() > 0) {
    constexpr rlim_t kToDie = 5;  // seconds between the signal that says so and the one that ends it
    held = held && limit(RLIMIT_CPU, static_cast<rlim_t>(wish.cpu.count()), kToDie);
  }
  if (wish.memory_bytes > 0) {
    // Memory that is written to counts (from Linux 4.7); address space, in which allocators keep large
    // stretches empty for each thread, is bounded loosely for older ones.
    constexpr rlim_t kPerThread = 192ULL << 20U, kProgram = 256ULL << 20U;
    held = held && limit(RLIMIT_DATA, wish.memory_bytes) &&
           limit(RLIMIT_AS, wish.memory_bytes + kProgram + kPerThread * wish.jobs);
  }
  return level_of("limits", held,
                  "memory, processor time, open files and core dumps are bounded, as asked for");
}

/// A network of its own, in which there is nothing. Root's way keeps its right to read everything; others may
/// do it in a user namespace, where they have no such right to lose.
SandboxLevel no_network() {
  bool held = ::unshare(CLONE_NEWNET) == 0;
  if (!held && ::geteuid() != 0) held = ::unshare(CLONE_NEWUSER | CLONE_NEWNET) == 0;
  return level_of("network_namespace", held, "there is no network");
}

/// Root keeps only these rights.
SandboxLevel few_capabilities(std::uint32_t kept) {
  __user_cap_header_struct header{_LINUX_CAPABILITY_VERSION_3, 0};
  std::array<__user_cap_data_struct, _LINUX_CAPABILITY_U32S_3> data{};
  bool held = ::syscall(SYS_capget, &header, data.data()) == 0;
  data[0].permitted &= kept;
  data[0].effective = data[0].permitted;
  data[0].inheritable = 0;
  data[1] = {};
  held = held && ::syscall(SYS_capset, &header, data.data()) == 0;
  return level_of("capabilities", held, "of root's rights only that to read is left");
}

}  // namespace

Sandbox enter_sandbox(const SandboxWish& wish) {
  if (!kCanBeShutIn) return {{{"none", false, "built with a sanitizer, which opens files of its own"}}};
  Sandbox sandbox;
  auto& levels = sandbox.levels;
  levels.push_back(no_new_privileges());
  levels.push_back(limits(wish));
  levels.push_back(no_network());
  // What reading others' files takes, and leaving access times alone.
  levels.push_back(few_capabilities((1U << CAP_DAC_READ_SEARCH) | (1U << CAP_FOWNER)));
  levels.push_back(wish.landlock ? confine_to_folders(wish.readable)
                                 : SandboxLevel{"landlock", false, "it was not asked for"});
  const bool watched = levels.back().held;
  levels.push_back(confine_system_calls(watched));
  sandbox.openat2 = watched || !levels.back().held;
  return sandbox;
}

void enter_live_sandbox() {
  if (!kCanBeShutIn) return;
  constexpr std::uint64_t kMemory = 512ULL << 20U;
  no_new_privileges();
  limits({.readable = {}, .memory_bytes = kMemory, .cpu = std::chrono::seconds(60)});
  few_capabilities((1U << CAP_DAC_READ_SEARCH) | (1U << CAP_SYS_PTRACE));
  confine_system_calls(false);
}

Json to_json(const std::vector<SandboxLevel>& levels) {
  Json list = Json::array();
  for (const auto& level : levels)
    list.push_back({{"level", level.name}, {"held", level.held}, {"why", level.why}});
  return list;
}

}  // namespace rescue::probe
