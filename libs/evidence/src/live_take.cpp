#include "rescue/evidence/live_take.hpp"

#include <fcntl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>

#include "live_diagnosis.hpp"
#include "live_take_hidden.hpp"
#include "live_take_process.hpp"

namespace rescue::evidence {
namespace {

constexpr std::size_t kTableBytes = 4 << 20, kSmallBytes = 256 << 10;

/// One taking, in the order of volatility.
class Taking {
 public:
  Taking(const LiveTaking& how, UniqueFd root, LiveWriter& out)
      : how_(how), out_(out), files_(how, std::move(root)), processes_(files_, out) {}

  void run() {
    take_clock();
    take_tables("/proc/self/", "");
    take_diagnosis(live_path::kDiagnosis);
    take_processes();
    take_other_networks();
    take_hidden();
    take_diagnosis(live_path::kDiagnosisAgain);
    take_tables("/proc/self/", "again/");
    take_kernel();
    take_rest();
    tell_what_came_of_it();
  }

 private:
  bool take(const std::string& path, std::size_t bytes_max, const std::string& as = "") {
    const auto text = files_.read(path, bytes_max);
    if (text) out_.text(as.empty() ? path : as, text->bytes, text->cut);
    return text.has_value();
  }

  void take_clock() {
    const auto now = std::chrono::duration_cast<std::chrono::microseconds>(
        std::chrono::system_clock::now().time_since_epoch());
    taken_ = "time_us " + std::to_string(now.count()) + "\npid " + std::to_string(how_.own_pid) +
             "\neffective_uid " + std::to_string(how_.effective_uid) + "\nroot_id " + files_.identity("/") +
             "\n";
    out_.text(live_path::kTaken, taken_);  // said again at the end, where there is one
    for (const char* name : {"uptime", "stat", "sys/kernel/random/boot_id"})
      take(std::string("/proc/") + name, kSmallBytes);
    for (const char* name : {"ns/net", "ns/pid", "ns/mnt"}) {
      const auto path = std::string("/proc/self/") + name;
      if (const auto target = files_.link(path)) out_.link(path, *target);
    }
  }

  void take_tables(const std::string& folder, const std::string& mark) {
    for (const char* name : {"tcp", "tcp6", "udp", "udp6", "raw", "raw6", "packet"}) {
      const auto path = folder + "net/" + name;
      take(path, kTableBytes, folder + mark + "net/" + name);
    }
  }

  /// Between the two looks at the tables: what it tells of both times was there all the while.
  void take_diagnosis(std::string_view path) {
    if (how_.socket_diagnosis < 0) return;
    const auto told = ask_for_sockets(how_.socket_diagnosis);
    if (!told.empty()) out_.text(path, told);
  }

  void take_processes() {
    constexpr std::size_t kMost = 30'000;
    auto pids = files_.numbers("/proc", kMost + 2'000);
    std::sort(pids.begin(), pids.end());
    listed_ = pids.size();
    for (const auto pid : pids) {
      if (files_.time_is_up() || taken_processes_ >= kMost) {
        out_.missing("/proc",
                     "the time was up or there were too many: " + std::to_string(listed_ - taken_processes_) +
                         " processes were not looked at");
        break;
      }
      processes_.take(pid);
      ++taken_processes_;
    }
  }

  /// Containers have sockets of their own.
  void take_other_networks() {
    constexpr std::size_t kMost = 64;
    const auto own = files_.link("/proc/self/ns/net").value_or("");
    std::size_t taken = 0;
    for (const auto& [network, pid] : processes_.networks()) {
      if (network == own || files_.time_is_up()) continue;
      if (++taken > kMost) {
        out_.missing("/proc", "more networks than the limit; the sockets of the rest were not looked at");
        break;
      }
      take_tables("/proc/" + std::to_string(pid) + "/", "");
    }
  }

  /// Asked past /proc, the kernel speaks of our own processes: the two must be of one namespace.
  void take_hidden() {
    if (!how_.answers) return;
    const auto self = files_.link("/proc/self");
    if (how_.root == "/" && self != std::to_string(::getpid())) {
      out_.missing("/proc", "it shows the processes of another namespace; hidden ones were not looked for");
      return;
    }
    std::string text;
    for (const auto& [pid, way] : find_hidden(how_, files_)) {
      text += std::to_string(pid) + " " + way + "\n";
      processes_.take(pid);
    }
    out_.text(live_path::kHidden, text);
  }

  void take_kernel() {
    take("/proc/modules", kTableBytes);
    std::string loaded;
    // What is built in has no state.
    for (const auto& name : files_.names("/sys/module", 20'000))
      if (files_.exists("/sys/module/" + name + "/initstate")) loaded += name + "\n";
    out_.text(live_path::kModules, loaded);
    take("/proc/modules", kTableBytes, "again/modules");
    for (const char* name : {"tainted", "osrelease", "hostname", "core_pattern", "modules_disabled"})
      take(std::string("/proc/sys/kernel/") + name, 4096);
    std::string pins;
    for (const auto& name : files_.names("/sys/fs/bpf", 1'000)) pins += name + "\n";
    if (!pins.empty()) out_.text(live_path::kPins, pins);
  }

  void take_interfaces() {
    std::string text;
    for (const auto& name : files_.names("/sys/class/net", 4'000)) {
      const auto folder = "/sys/class/net/" + name + "/";
      const auto flags = files_.read(folder + "flags", 32);
      const bool member = files_.exists(folder + "brport") || files_.exists(folder + "master");
      if (flags)
        text += name + " " + flags->bytes.substr(0, flags->bytes.find('\n')) + (member ? " 1" : " 0") + "\n";
    }
    out_.text(live_path::kLinks, text);
  }

  void take_rest() {
    take("/proc/self/mountinfo", kTableBytes);
    take_interfaces();
    if (!take("/run/utmp", kTableBytes)) take("/var/run/utmp", kTableBytes, "/run/utmp");
  }

  void tell_what_came_of_it() {
    taken_ +=
        "refused " + std::to_string(processes_.refused()) + "\nlisted " + std::to_string(listed_) + "\n";
    if (out_.left_out() > 0) taken_ += "left_out " + std::to_string(out_.left_out()) + "\n";
    out_.text(live_path::kTaken, taken_);
  }

  const LiveTaking& how_;
  LiveWriter& out_;
  LiveFiles files_;
  LiveProcessTaker processes_;
  std::string taken_;
  std::size_t listed_ = 0, taken_processes_ = 0;
};

}  // namespace

bool kernel_knows(std::int32_t pid) {
  // For as many processors as there may be; a smaller set is refused before the number is looked at.
  std::array<unsigned long, 1024 / sizeof(unsigned long)> processors;
  return ::syscall(SYS_sched_getaffinity, pid, sizeof(processors), processors.data()) >= 0 ||
         errno == EPERM || errno == EACCES;
}

Status take_live(const LiveTaking& how, LiveWriter& out) {
  UniqueFd root(::open(how.root.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC));
  const UniqueFd proc(root ? ::openat(root.get(), "proc", O_PATH | O_DIRECTORY | O_CLOEXEC) : -1);
  if (!proc) return fail(ErrorCode::kNotFound, "unreadable-file", how.root + ": there is no /proc below it");
  Taking(how, std::move(root), out).run();
  return {};
}

}  // namespace rescue::evidence
