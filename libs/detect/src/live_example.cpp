#include "live_example.hpp"

#include <arpa/inet.h>

#include <cstdio>
#include <cstring>
#include <vector>

#include "rescue/base/md5.hpp"

namespace rescue::detect {
namespace {

std::string md5_hex(std::string_view text) {
  Md5 sum;
  sum.update(text);
  std::string out;
  constexpr std::string_view kDigits = "0123456789abcdef";
  for (const auto byte : sum.take()) {
    out.push_back(kDigits[byte >> 4U]);
    out.push_back(kDigits[byte & 15U]);
  }
  return out;
}

constexpr std::int64_t kBooted = 1'790'000'000, kUptime = 86'400, kTicks = 100;
constexpr const char* kFirstPids = "pid:[4026531836]";
constexpr const char* kOurNetwork = "net:[4026531840]";

/// "192.0.2.1:80" as the kernel prints it: "010200C0:0050".
std::string hex_end(const std::string& end) {
  const auto colon = end.rfind(':');
  in_addr address{};
  ::inet_pton(AF_INET, end.substr(0, colon).c_str(), &address);
  char text[16] = {};
  std::snprintf(text, sizeof(text), "%08X:%04X", address.s_addr, std::stoi(end.substr(colon + 1)));
  return text;
}

std::string table_line(const Json& socket) {
  const bool listens = socket.value("state", "established") == "listen";
  return "   0: " + hex_end(socket.at("local")) + " " +
         (listens ? "00000000:0000 0A" : hex_end(socket.at("peer")) + " 01") +
         " 00000000:00000000 00:00000000 00000000     0        0 " +
         std::to_string(socket.at("inode").get<int>()) + " 1\n";
}

class Example {
 public:
  explicit Example(const Json& example)
      : example_(example),
        memory_(std::string(4 << 20, '\0')),
        out_({memory_.data(), memory_.size()}, used_) {}

  std::string bytes() {
    clock();
    sockets();
    for (const auto& process : example_.value("processes", Json::array())) put(process);
    system();
    return memory_.substr(0, used_);
  }

 private:
  void clock() {
    out_.text(evidence::live_path::kTaken,
              "time_us " + std::to_string((kBooted + kUptime) * 1'000'000) + "\npid " +
                  std::to_string(example_.value("own_pid", 0)) + "\neffective_uid " +
                  std::to_string(example_.value("effective_uid", 0)) + "\nroot_id 1:1\nrefused " +
                  std::to_string(example_.value("refused", 0)) + "\n");
    out_.text("/proc/stat", "cpu 1\nbtime " + std::to_string(kBooted) + "\n");
    out_.text("/proc/uptime", std::to_string(kUptime) + ".00 1.00\n");
    out_.link("/proc/self/ns/pid", example_.value("container", false) ? "pid:[4026532200]" : kFirstPids);
    out_.link("/proc/self/ns/mnt", "mnt:[1]");
    out_.link("/proc/self/ns/net", kOurNetwork);
  }

  void sockets() {
    std::string first = "heads\n", again = "heads\n", packet = "heads\n";
    for (const auto& socket : example_.value("tcp", Json::array())) {
      first += table_line(socket);
      if (!socket.value("gone", false)) again += table_line(socket);
    }
    for (const auto& inode : example_.value("packet", Json::array()))
      packet += "0000000000000000 3 3 0003 2 1 0 0 " + std::to_string(inode.get<int>()) + "\n";
    diagnosis();
    out_.text("/proc/self/net/tcp", first);
    out_.text("/proc/self/again/net/tcp", again);
    out_.text("/proc/self/net/packet", packet);
    std::string interfaces;
    const auto given = example_.value("interfaces", Json::object());
    for (const auto& [name, flags] : given.items())
      interfaces += name + " " + flags.get<std::string>() + "\n";
    out_.text(evidence::live_path::kLinks, interfaces);
  }

  /// As the kernel's messages are: struct inet_diag_msg behind struct nlmsghdr.
  void diagnosis() {
    std::string first, again;
    for (const auto& socket : example_.value("diagnosis", Json::array())) {
      std::string message(88, '\0');
      const auto put16 = [&](std::size_t at, int value) {
        message[at] = static_cast<char>(value >> 8);
        message[at + 1] = static_cast<char>(value);
      };
      message[0] = 88;
      message[4] = 20;  // SOCK_DIAG_BY_FAMILY
      message[16] = AF_INET;
      message[17] = socket.value("state", "") == "listen" ? 10 : 1;
      const auto local = socket.at("local").get<std::string>(), peer = socket.value("peer", "0.0.0.0:0");
      put16(20, std::stoi(local.substr(local.rfind(':') + 1)));
      put16(22, std::stoi(peer.substr(peer.rfind(':') + 1)));
      ::inet_pton(AF_INET, local.substr(0, local.rfind(':')).c_str(), message.data() + 24);
      ::inet_pton(AF_INET, peer.substr(0, peer.rfind(':')).c_str(), message.data() + 40);
      message[84] = static_cast<char>(socket.at("inode").get<int>());
      first += message;
      if (!socket.value("gone", false)) again += message;
    }
    out_.text(evidence::live_path::kDiagnosis, first);
    out_.text(evidence::live_path::kDiagnosisAgain, again);
  }

  void put(const Json& process) {
    const auto pid = process.at("pid").get<int>();
    const auto folder = "/proc/" + std::to_string(pid) + "/";
    const auto exe = process.value("exe", "");
    const auto name = process.value("name", exe.substr(exe.rfind('/') + 1).substr(0, 15));
    const auto age = process.value("age_s", 3'600);
    out_.text(folder + "stat", std::to_string(pid) + " (" + name + ") S " +
                                   std::to_string(process.value("parent", 1)) + " 1 " + std::to_string(pid) +
                                   " 0 -1 " + (process.value("kernel", false) ? "2097152" : "4194304") +
                                   " 0 0 0 0 " + std::to_string(process.value("cpu_s", 1) * kTicks) +
                                   " 0 0 0 20 0 1 0 " + std::to_string((kUptime - age) * kTicks) + " 1 1\n");
    const auto uid = std::to_string(process.value("uid", 0));
    out_.text(folder + "status", "Name:\t" + name + "\nTgid:\t" + std::to_string(pid) + "\nTracerPid:\t" +
                                     std::to_string(process.value("tracer", 0)) + "\nUid:\t" + uid + "\t" +
                                     uid + "\n");
    if (!exe.empty()) out_.link(folder + "exe", exe);
    // What sees another disk is a container.
    const auto disk = process.value("root_id", "1:1");
    const bool container = disk != "1:1" && !process.value("chroot", false);
    out_.text(folder + "root.id", disk);
    out_.link(folder + "ns/mnt", container ? "mnt:[2]" : "mnt:[1]");
    out_.link(folder + "ns/pid", container ? "pid:[2]" : kFirstPids);
    out_.link(folder + "cwd", process.value("folder", "/"));
    lists(process, folder);
    descriptors(process, pid, folder);
  }

  void lists(const Json& process, const std::string& folder) {
    std::string arguments, environment, maps;
    for (const auto& word : process.value("arguments", Json::array()))
      (arguments += word.get<std::string>()).push_back('\0');
    const auto variables = process.value("environ", Json::object());
    for (const auto& [name, value] : variables.items())
      (environment += name + "=" + value.get<std::string>()).push_back('\0');
    for (const auto& path : process.value("maps", Json::array()))
      maps += "7f00-7f01 r-xp 00000000 08:01 12   " + path.get<std::string>() + "\n";
    out_.text(folder + "cmdline", arguments);
    out_.text(folder + "environ", environment);
    out_.text(folder + "maps", maps);
    out_.text(folder + "cgroup", "0::" + process.value("cgroup", "/system.slice") + "\n");
  }

  void descriptors(const Json& process, int pid, const std::string& folder) {
    std::string text;
    const auto given = process.value("fd", Json::object());
    for (const auto& [number, target] : given.items())
      (text += number + " " + target.get<std::string>()).push_back('\0');
    for (const auto& socket : example_.value("tcp", Json::array()))
      if (socket.value("holder", 0) == pid)
        (text += "9 socket:[" + std::to_string(socket.at("inode").get<int>()) + "]").push_back('\0');
    out_.text(folder + "fd", text);
  }

  void system() {
    std::string hidden, folders, mounts;
    const auto given = example_.value("hidden", Json::object());
    for (const auto& [pid, way] : given.items()) hidden += pid + " " + way.get<std::string>() + "\n";
    out_.text(evidence::live_path::kHidden, hidden);
    for (const auto& name : example_.value("module_folders", Json::array()))
      folders += name.get<std::string>() + "\n";
    out_.text("/proc/modules", example_.value("modules", ""));
    out_.text("again/modules", example_.value("modules", ""));
    out_.text(evidence::live_path::kModules, folders);
    out_.text("/proc/sys/kernel/osrelease", example_.value("release", "6.1.0-1-amd64") + "\n");
    out_.text("/proc/sys/kernel/tainted", std::to_string(example_.value("tainted", 0)) + "\n");
    out_.text("/proc/sys/kernel/core_pattern", example_.value("core_pattern", "core") + "\n");
    for (const auto& mount : example_.value("mounts", Json::array()))
      mounts += "22 1 8:1 " + mount.at(0).get<std::string>() + " " + mount.at(1).get<std::string>() +
                " rw shared:1 - " + mount.at(2).get<std::string>() + " " + mount.at(3).get<std::string>() +
                " rw\n";
    out_.text("/proc/self/mountinfo", mounts);
    if (example_.contains("utmp")) out_.text("/run/utmp", records());
  }

  std::string records() const {
    std::string all;
    for (const auto& [user, terminal, pid] :
         example_.at("utmp").get<std::vector<std::tuple<std::string, std::string, int>>>()) {
      std::string record(384, '\0');
      record[0] = 7;
      std::memcpy(record.data() + 4, &pid, sizeof(pid));
      record.replace(8, terminal.size(), terminal);
      record.replace(44, user.size(), user);
      all += record;
    }
    return all;
  }

  const Json& example_;
  std::string memory_;
  std::uint64_t used_ = 0;
  evidence::LiveWriter out_;
};

}  // namespace

std::string live_example(const Json& example) {
  return Example(example).bytes();
}

Json disk_of_live_example(const Json& example) {
  std::vector<std::string> packaged = {"/usr/sbin/sshd",
                                       "/usr/sbin/apache2",
                                       "/usr/sbin/cron",
                                       "/usr/sbin/xinetd",
                                       "/usr/sbin/mariadbd",
                                       "/usr/sbin/dhclient",
                                       "/usr/bin/bash",
                                       "/usr/bin/dash",
                                       "/usr/bin/perl",
                                       "/usr/bin/python3",
                                       "/usr/bin/python3.11",
                                       "/usr/bin/strace",
                                       "/usr/bin/grep",
                                       "/usr/bin/ls",
                                       "/usr/bin/[",
                                       "/usr/lib/systemd/systemd",
                                       "/usr/lib/jvm/bin/java",
                                       "/usr/lib/systemd/systemd-executor",
                                       "/usr/lib/libjemalloc.so.2",
                                       "/usr/lib/systemd/systemd-coredump"};
  for (const auto& path : example.value("packaged", Json::array()))
    packaged.push_back(path.get<std::string>());
  const auto laid_out = example.value("files", Json::object());
  std::string list = "/.\n", sums = md5_hex("") + "  usr/share/doc/base/x\n";
  for (const auto& path : packaged) {
    list += path + "\n";
    if (laid_out.contains(path))
      sums += md5_hex(laid_out.at(path).get<std::string>()) + "  " + path.substr(1) + "\n";
  }
  Json files{{"/etc/passwd", "root:x:0:0:root:/root:/bin/bash\nu:x:1000:1000::/home/u:/bin/sh\n"},
             {"/var/lib/dpkg/info/base.list", list},
             {"/var/lib/dpkg/info/base.md5sums", sums},
             {"/var/lib/dpkg/status",
              "Package: base\nStatus: install ok installed\nArchitecture: amd64\nVersion: 1-1\n\n"}};
  files.update(laid_out);
  return {{"files", files}};
}

}  // namespace rescue::detect
