#include "processes.hpp"

#include <arpa/inet.h>
#include <dirent.h>
#include <fcntl.h>
#include <poll.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <csignal>
#include <cstring>
#include <map>
#include <memory>
#include <set>
#include <utility>

#include "connections.hpp"
#include "rescue/base/unique_fd.hpp"
#include "rescue/evidence/mail_config.hpp"

namespace rescue::recovery {
namespace {

constexpr std::size_t kMostProcesses = 65'536, kMostFds = 1'024, kMostBytes = 4 << 20, kMostTold = 1'000;
constexpr std::array<std::string_view, 9> kSessions{"imap",         "imap-login",  "pop3",
                                                    "pop3-login",   "managesieve", "sshd",
                                                    "sshd-session", "sftp-server", "submission"};
constexpr std::array<std::string_view, 7> kMailServers{
    "smtpd", "exim", "exim4", "sendmail", "sendmail-mta", "submission-logi", "submission"};

struct CloseFolder {
  void operator()(DIR* folder) const { ::closedir(folder); }
};

/// Names in a folder of /proc; bounded.
std::vector<std::string> names_in(const std::string& path, std::size_t most) {
  std::vector<std::string> names;
  const std::unique_ptr<DIR, CloseFolder> folder(::opendir(path.c_str()));
  while (folder && names.size() < most) {
    const dirent* entry = ::readdir(folder.get());
    if (entry == nullptr) break;
    names.emplace_back(entry->d_name);
  }
  return names;
}

/// Nothing but a regular file, and without waiting: a FIFO may stand where a daemon writes its own file.
std::string read_proc(const std::string& path) {
  const UniqueFd fd(::open(path.c_str(), O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC));
  std::string out;
  struct stat info {};
  if (!fd || ::fstat(fd.get(), &info) != 0 || !S_ISREG(info.st_mode)) return out;
  std::array<char, 64 * 1024> piece{};
  while (fd && out.size() < kMostBytes) {
    const ssize_t n = ::read(fd.get(), piece.data(), piece.size());
    if (n <= 0) break;
    out.append(piece.data(), static_cast<std::size_t>(n));
  }
  return out;
}

struct Process {
  pid_t pid = 0;
  std::string folder, name;
  uid_t uid = 0;
};

std::vector<Process> processes_of(const std::string& proc) {
  std::vector<Process> all;
  for (const auto& word : names_in(proc, kMostProcesses)) {
    Process one;
    const auto [end, error] = std::from_chars(word.data(), word.data() + word.size(), one.pid);
    if (error != std::errc() || end != word.data() + word.size() || one.pid <= 1 || one.pid == ::getpid())
      continue;
    one.folder = proc + "/" + word;
    one.name = read_proc(one.folder + "/comm");
    while (one.name.ends_with('\n')) one.name.pop_back();
    struct stat info {};
    if (one.name.empty() || ::stat(one.folder.c_str(), &info) != 0) continue;
    one.uid = info.st_uid;
    all.push_back(std::move(one));
  }
  return all;
}

template <class List>
bool has(const List& list, std::string_view word) {
  return std::find(list.begin(), list.end(), word) != list.end();
}

std::vector<evidence::LiveSocket> tcp_sockets(const ServerFiles& files) {
  evidence::LiveSockets all;
  for (const std::string name : {"tcp", "tcp6"})
    evidence::parse_socket_table(read_proc(files.outer("/proc/net/" + name)), name, "", all);
  return std::move(all.sockets);
}

using Connections = std::map<std::uint64_t, evidence::LiveSocket>;  // by inode

/// Connections that came in (to a port that something listens on) from anywhere but this machine. A delivery
/// to elsewhere is no session.
Connections connections_from_outside(const ServerFiles& files) {
  constexpr int kEstablished = 1;
  const auto all = tcp_sockets(files);
  std::set<int> served;
  for (const auto& one : all)
    if (one.listens()) served.insert(one.port);
  Connections connections;
  for (const auto& one : all)
    if (one.state == kEstablished && served.contains(one.port) && !evidence::is_loopback(one.peer))
      connections.emplace(one.inode, one);
  return connections;
}

/// The process's sockets: {descriptor, inode}.
std::vector<std::pair<int, std::uint64_t>> sockets_of(const Process& process) {
  std::vector<std::pair<int, std::uint64_t>> sockets;
  for (const auto& name : names_in(process.folder + "/fd", kMostFds)) {
    std::array<char, 64> target{};
    const auto path = process.folder + "/fd/" + name;
    if (::readlink(path.c_str(), target.data(), target.size() - 1) <= 0) continue;
    const std::string_view text(target.data());
    std::pair<int, std::uint64_t> socket;
    if (!text.starts_with("socket:[")) continue;
    std::from_chars(name.data(), name.data() + name.size(), socket.first);
    std::from_chars(text.data() + 8, text.data() + text.size(), socket.second);
    sockets.push_back(socket);
  }
  return sockets;
}

template <class Inodes>
bool holds_one_of(const Process& process, const Inodes& inodes) {
  const auto sockets = sockets_of(process);
  return std::any_of(sockets.begin(), sockets.end(),
                     [&](const auto& one) { return inodes.contains(one.second); });
}

/// False where one of them goes on.
bool end_connections(const Process& process, const Connections& connections) {
  bool all = true;
  for (const auto& [fd, inode] : sockets_of(process)) {
    const auto found = connections.find(inode);
    if (found != connections.end()) all = end_connection(process.pid, fd, found->second) && all;
  }
  return all;
}

bool runs_script(const Process& process, const std::string& script) {
  auto line = read_proc(process.folder + "/cmdline");
  return has(evidence::split_list(line, std::string_view("\0", 1)), script);
}

/// A process sees that its connection is at its end, and exim ends by itself on SIGTERM and takes away what
/// it has half taken in (spec, 54): both take a moment.
void wait_for_end(const std::vector<Process>& told, const Connections& connections) {
  constexpr int kLooks = 100, kBetweenMs = 20;
  const auto still = [&](const Process& process) { return holds_one_of(process, connections); };
  for (int i = 0; i < kLooks && std::any_of(told.begin(), told.end(), still); ++i)
    ::poll(nullptr, 0, kBetweenMs);
}

struct Sessions {
  std::vector<Process> ended;
  std::size_t left = 0;
};

/// The connections end and the processes go on. Where the kernel cannot do that the process ends, but with
/// `spare_smtpd` no smtpd: where one dies in its first session, Postfix lets no other begin for a minute
/// (service_throttle_time, postconf(5)).
Sessions end_sessions(const ServerFiles& files, bool spare_smtpd) {
  const auto connections = connections_from_outside(files);
  Sessions out;
  std::vector<Process> told, asked;
  for (const auto& process : processes_of(files.outer("/proc"))) {
    if (!has(kMailServers, process.name) || !holds_one_of(process, connections)) continue;
    const bool exim = process.name.starts_with("exim");
    if (end_connections(process, connections) || !holds_one_of(process, connections)) {
      told.push_back(process);
    } else if (spare_smtpd && process.name == "smtpd") {
      ++out.left;
      continue;
    } else if (::kill(process.pid, exim ? SIGTERM : SIGKILL) == 0) {
      if (exim) asked.push_back(process);
    }
    out.ended.push_back(process);
  }
  told.insert(told.end(), asked.begin(), asked.end());
  wait_for_end(told, connections);
  for (const auto& process : asked) {
    if (holds_one_of(process, connections)) ::kill(process.pid, SIGKILL);
  }
  return out;
}

Json told_of(const std::vector<Process>& processes) {
  Json told = Json::array();
  for (const auto& process : processes) {
    if (told.size() < kMostTold) told.push_back({{"pid", process.pid}, {"name", process.name}});
  }
  return told;
}

/// The kernel's word for the program, not the name that a process gives itself; after an upgrade the file is
/// another one.
bool runs_exim(const Process& process) {
  constexpr std::array<std::string_view, 4> kPrograms{"/usr/sbin/exim4", "/usr/sbin/exim",
                                                      "/usr/local/sbin/exim", "/usr/exim/bin/exim"};
  std::array<char, 4096> target{};
  const auto n = ::readlink((process.folder + "/exe").c_str(), target.data(), target.size());
  std::string_view program(target.data(), n > 0 ? static_cast<std::size_t>(n) : 0);
  constexpr std::string_view kGone = " (deleted)";
  if (program.ends_with(kGone)) program.remove_suffix(kGone.size());
  // exim's own installation names its program by its version: exim-4.97-1.
  return has(kPrograms, program) || program.starts_with("/usr/exim/bin/exim-") ||
         program.starts_with("/usr/sbin/exim-");
}

/// "PPid:\t17" of /proc/<pid>/status.
pid_t parent_of(const std::string& folder) {
  constexpr std::string_view kParent = "\nPPid:\t";
  const auto text = read_proc(folder + "/status");
  const auto at = text.find(kParent);
  pid_t parent = 0;
  if (at != std::string::npos)
    std::from_chars(text.data() + at + kParent.size(), text.data() + text.size(), parent);
  return parent;
}

}  // namespace

std::set<uid_t> users_above(const ServerFiles& files) {
  constexpr int kMostParents = 64;
  std::set<uid_t> users;
  const auto folder_of = [&](pid_t pid) { return files.outer("/proc/" + std::to_string(pid)); };
  const auto text = read_proc(folder_of(::getpid()) + "/loginuid");
  uid_t login = 0;
  constexpr uid_t kUnset = UINT32_MAX;
  if (std::from_chars(text.data(), text.data() + text.size(), login).ec == std::errc() && login != kUnset)
    users.insert(login);
  pid_t pid = ::getpid();
  for (int i = 0; i < kMostParents && pid > 1; ++i) {
    struct stat info {};
    if (::stat(folder_of(pid).c_str(), &info) == 0) users.insert(info.st_uid);
    pid = parent_of(folder_of(pid));
  }
  users.erase(0);
  return users;
}

std::vector<std::vector<std::string>> command_lines(const ServerFiles& files, std::string_view name) {
  std::vector<std::vector<std::string>> out;
  for (const auto& process : processes_of(files.outer("/proc"))) {
    if (process.name == name && process.uid == ::geteuid())
      out.push_back(evidence::split_list(read_proc(process.folder + "/cmdline"), std::string_view("\0", 1)));
  }
  return out;
}

std::vector<evidence::LiveSocket> listening_sockets(const ServerFiles& files) {
  auto all = tcp_sockets(files);
  std::erase_if(all, [](const auto& one) { return !one.listens(); });
  return all;
}

/// exim re-executes itself on SIGHUP (spec.txt, 54).
Result<Json> reload_exim(const ServerFiles& files) {
  std::set<std::uint64_t> listening;
  for (const auto& one : listening_sockets(files)) listening.insert(one.inode);
  Json told = Json::array();
  bool left = false;
  for (const auto& process : processes_of(files.outer("/proc"))) {
    const bool named = process.name == "exim4" || process.name == "exim";
    const bool exim = runs_exim(process);
    if ((!exim && !named) || !holds_one_of(process, listening)) continue;
    if (exim && ::kill(process.pid, SIGHUP) == 0) {
      told.push_back({{"pid", process.pid}, {"name", process.name}});
    } else {
      left = true;
    }
  }
  if (left)
    return fail(ErrorCode::kUnavailable, "target-unavailable",
                "a daemon of exim's listens and could not be told to read its settings");
  return told;
}

Json end_processes(const ServerFiles& files, const Action& action) {
  uid_t uid = 0;
  std::from_chars(action.of.data(), action.of.data() + action.of.size(), uid);
  if (action.ends == "smtp-sessions") return told_of(end_sessions(files, false).ended);
  auto processes = processes_of(files.outer("/proc"));
  std::erase_if(processes, [&](const Process& process) {
    const bool meant =
        action.ends == "of-user"
            ? uid != 0 && process.uid == uid && has(kSessions, process.name)
            : action.ends == "with-script" && process.uid != 0 && runs_script(process, action.of);
    return !meant || ::kill(process.pid, SIGKILL) != 0;
  });
  return told_of(processes);
}

Result<Json> end_smtp_connections(const ServerFiles& files) {
  const auto sessions = end_sessions(files, true);
  if (sessions.left > 0)
    return fail(ErrorCode::kUnavailable, "target-unavailable",
                std::to_string(sessions.ended.size()) +
                    " processes' sessions from outside were ended, those of " +
                    std::to_string(sessions.left) +
                    " go on with the old settings until their other side ends them: neither pidfd_getfd nor "
                    "SOCK_DESTROY can be had here");
  return told_of(sessions.ended);
}

}  // namespace rescue::recovery
