// The document's `live`: what ran, listened and was loaded at the moment of looking, in bounded lists.
#include <algorithm>
#include <cmath>

#include "document_parts.hpp"
#include "live_scene.hpp"

namespace rescue::detect {
namespace {

using Process = evidence::LiveProcess;

constexpr std::size_t kMostProcesses = 3'000, kMostSockets = 2'000, kMostMounts = 500, kMostLogins = 200,
                      kMostModules = 1'000, kMostNameBytes = 200, kMostPathBytes = 400;

/// The package of a program; empty where none brought it or it cannot be told.
std::string package_of(const Process& process, const LiveScene& scene) {
  const auto& packages = scene.disk.survey.packages;
  if (!scene.on_our_disk(process) || !packages.known() || process.program.empty()) return "";
  const auto* record = packages.find(process.program);
  if (record == nullptr) record = packages.find(packages.canonical(process.program));
  return record == nullptr ? "" : packages.packages()[record->package].key;
}

Json process_json(const Process& process, const LiveScene& scene) {
  Json environment = Json::object();
  for (const auto& [name, value] : process.environment)
    environment[clean(name, 40)] = clean(value, kMostNameBytes);
  Json out = {{"pid", process.pid},
              {"parent", process.parent},
              {"account", clean(scene.account_of(process), kMostNameBytes)},
              {"started", time_text(process.started)},
              {"name", clean(process.name, kMostNameBytes)},
              {"program", clean(process.program, kMostPathBytes)},
              {"command", process.arguments.empty() ? "" : clean(shown_command(process), 400)},
              {"folder", clean(process.folder, kMostPathBytes)},
              {"cgroup", clean(process.cgroup, kMostPathBytes)},
              {"package", clean(package_of(process, scene), kMostNameBytes)},
              {"environment", std::move(environment)}};
  if (process.program_deleted) out["deleted"] = true;
  if (!process.program_sha256.empty()) out["sha256"] = clean(process.program_sha256, 64);
  if (!process.hidden.empty()) out["hidden"] = true;
  if (process.other_root) out["container"] = true;
  if (!process.container.empty()) out["container_name"] = clean(process.container, 64);
  if (scene.is_ours(process)) out["ours"] = true;
  return out;
}

/// Parts of the kernel tell nothing.
DocumentList process_list(const LiveScene& scene) {
  DocumentList list;
  for (const auto& [pid, process] : scene.state.processes) {
    if (process.kernel_thread && process.hidden.empty()) continue;
    if (list.items.size() >= kMostProcesses) {
      ++list.left_out;
    } else {
      list.items.push_back(process_json(process, scene));
    }
  }
  return list;
}

Json socket_json(const evidence::LiveSocket& socket, const LiveScene& scene) {
  const auto& holders = scene.holders(socket.inode);
  const auto* holder = holders.empty() ? nullptr : scene.process(holders.front());
  Json out = {{"protocol", socket.protocol},
              {"address", clean(socket.address, 60)},
              {"port", socket.port},
              {"pid", holder == nullptr ? 0 : holder->pid},
              {"program", holder == nullptr ? "" : clean(holder->program, kMostPathBytes)},
              {"package", holder == nullptr ? "" : clean(package_of(*holder, scene), kMostNameBytes)}};
  if (!socket.listens()) {
    out["peer"] = clean(socket.peer, 60);
    out["peer_port"] = socket.peer_port;
  }
  return out;
}

DocumentList socket_list(const LiveScene& scene, bool listening) {
  DocumentList list;
  for (const auto& socket : scene.state.sockets.sockets) {
    if (listening ? !socket.listens() : !socket.connected()) continue;
    if (list.items.size() >= kMostSockets) {
      ++list.left_out;
    } else {
      list.items.push_back(socket_json(socket, scene));
    }
  }
  return list;
}

Json module_list(const LiveScene& scene) {
  Json list = Json::array();
  for (const auto& module : scene.state.system.modules) {
    if (list.size() >= kMostModules) break;
    list.push_back({{"name", clean(module.name, kMostNameBytes)},
                    {"bytes", module.bytes},
                    {"taints", clean(module.taints, 40)},
                    {"hidden", module.listed != module.has_folder && scene.state.system.modules_seen}});
  }
  return list;
}

Json mount_list(const LiveScene& scene) {
  Json list = Json::array();
  for (const auto& mount : scene.state.system.mounts) {
    if (list.size() >= kMostMounts) break;
    list.push_back({{"at", clean(mount.at, kMostPathBytes)},
                    {"type", clean(mount.type, 64)},
                    {"source", clean(mount.source, kMostPathBytes)},
                    {"root", clean(mount.root, kMostPathBytes)},
                    {"options", clean(mount.options, kMostNameBytes)}});
  }
  return list;
}

Json login_list(const LiveScene& scene) {
  Json list = Json::array();
  for (const auto& login : scene.state.system.logins) {
    if (login.ended || list.size() >= kMostLogins) continue;
    list.push_back({{"account", clean(login.user, kMostNameBytes)},
                    {"terminal", clean(login.terminal, kMostNameBytes)},
                    {"from", clean(login.from, 256)},
                    {"since", time_text(login.time)},
                    {"pid", login.pid}});
  }
  return list;
}

Json interface_list(const LiveScene& scene) {
  Json list = Json::array();
  for (const auto& interface : scene.state.sockets.interfaces) {
    if (list.size() >= kMostLogins) break;
    list.push_back({{"name", clean(interface.name, 64)}, {"promiscuous", interface.promiscuous()}});
  }
  return list;
}

}  // namespace

Json live_section(const LiveScene& scene, const std::optional<Timestamp>& caller_clock) {
  const auto& clock = scene.state.clock;
  auto processes = process_list(scene);
  auto listeners = socket_list(scene, true);
  auto connections = socket_list(scene, false);
  Json pins = Json::array();
  for (const auto& pin : scene.state.system.pins) pins.push_back(clean(pin, kMostNameBytes));
  Json out = {
      {"taken", time_text(clock.taken)},
      {"booted", time_text(clock.booted)},
      {"boot_id", clean(clock.boot_id, 64)},
      {"uptime_s", static_cast<std::int64_t>(clock.uptime_s)},
      {"as_root", clock.effective_uid == 0},
      {"container", !scene.state.own_pid_namespace_is_first},
      {"kernel",
       {{"release", clean(scene.state.system.release, kMostNameBytes)}, {"taint", scene.state.system.taint}}},
      {"processes", std::move(processes.items)},
      {"listeners", std::move(listeners.items)},
      {"connections", std::move(connections.items)},
      {"interfaces", interface_list(scene)},
      {"modules", module_list(scene)},
      {"mounts", mount_list(scene)},
      {"logins", login_list(scene)},
      {"bpf_pins", std::move(pins)},
      {"left_out", processes.left_out + listeners.left_out + connections.left_out}};
  // A server whose clock is wrong writes wrong times into its logs.
  if (caller_clock)
    out["clock_ahead_s"] =
        std::chrono::duration_cast<std::chrono::seconds>(clock.taken - *caller_clock).count();
  return out;
}

}  // namespace rescue::detect
