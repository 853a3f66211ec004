// Open ports without a process, or with an odd one; who reads along.
#include <algorithm>

#include "live_scene.hpp"
#include "rescue/detect/live.hpp"

namespace rescue::detect {
namespace {

using evidence::LiveSocket;
using Process = evidence::LiveProcess;

bool is_odd(const Process& process, const LiveScene& scene) {
  const auto place = scene.place_of(process.program);
  return process.program_in_memory || place == LivePlace::kTemporary || place == LivePlace::kHidden;
}

bool in_our_network(const std::string& network, const LiveScene& scene) {
  const auto& sockets = scene.state.sockets.sockets;
  return sockets.empty() || network == sockets.front().network;  // ours are read first
}

/// Services of the kernel listen without a process; they show as threads or modules of their names.
bool kernel_may_listen(const LiveScene& scene) {
  const auto& services = live_rules().rule("live.ownerless_listener").match.at("kernel_services");
  const auto named = [&](const std::string& name) {
    return std::find(services.begin(), services.end(), Json(name)) != services.end();
  };
  const auto& processes = scene.state.processes;
  const auto& modules = scene.state.system.modules;
  return std::any_of(
             processes.begin(), processes.end(),
             [&](const auto& entry) { return entry.second.kernel_thread && named(entry.second.name); }) ||
         std::any_of(modules.begin(), modules.end(), [&](const auto& module) { return named(module.name); });
}

/// Only root sees every process's open files, and only outside of containers every process.
bool all_holders_are_seen(const LiveScene& scene) {
  return scene.state.clock.effective_uid == 0 && scene.state.clock.refused == 0 &&
         scene.state.clock.left_out == 0 && scene.state.own_pid_namespace_is_first;
}

void judge_ownerless(const LiveSocket& socket, const LiveScene& scene, CaseFile& file) {
  const auto& again = scene.state.sockets.there_again;
  const bool still = std::binary_search(again.begin(), again.end(), socket.inode);
  if (socket.inode == 0 || !still || !in_our_network(socket.network, scene) || socket.protocol != "tcp")
    return;
  const auto where = end_of(socket);
  auto finding = live_finding(live_rules().rule("live.ownerless_listener"), scene, "/proc/net/tcp",
                              where + ", inode " + std::to_string(socket.inode), {{"address", where}});
  finding.address.clear();
  file.add(std::move(finding));
}

void judge_listener(const LiveSocket& socket, const Process& process, const LiveScene& scene,
                    CaseFile& file) {
  if (evidence::is_loopback(socket.address) || scene.is_ours(process) || !scene.on_our_disk(process)) return;
  if (process.program.empty()) return;
  const auto place = scene.place_of(process.program);
  const bool odd = is_odd(process, scene);
  if (!odd && !scene.is_foreign(process)) return;
  const auto& rule = live_rules().rule(odd ? "live.odd_listener" : "live.unpackaged_listener");
  const auto words = process.program_in_memory ? "memory" : words_for(place);
  auto finding =
      live_finding(rule, scene, process, {{"address", end_of(socket)}, {"place", std::string(words)}});
  finding.address.clear();  // our own is nobody's
  if (!odd) finding.notes.clear();
  file.add(std::move(finding));
}

void judge_listeners(const LiveScene& scene, CaseFile& file) {
  const bool ownerless = all_holders_are_seen(scene) && !kernel_may_listen(scene);
  for (const auto& socket : scene.state.sockets.sockets) {
    if (!socket.listens()) continue;
    const auto& holders = scene.holders(socket.inode);
    if (holders.empty() && ownerless) judge_ownerless(socket, scene, file);
    // Workers share their master's port: one of them is told.
    const auto* first = holders.empty() ? nullptr : scene.process(holders.front());
    if (first != nullptr) judge_listener(socket, *first, scene, file);
  }
}

void judge_sniffer(const Process& process, std::uint64_t inode, const LiveScene& scene, CaseFile& file) {
  const auto& rule = live_rules().rule("live.sniffer");
  if (scene.is_ours(process) || !scene.on_our_disk(process)) return;
  const bool interpreter = is_one_of(program_name(process.program), rule.match.at("interpreters"));
  const bool odd = is_odd(process, scene);
  if (!scene.is_foreign(process) && !interpreter && !odd) return;
  auto finding = live_finding(rule, scene, process);
  if (!odd && !process.program_deleted) finding.severity = Severity::kMedium;
  EvidenceRef ref;
  ref.file = "/proc/net/packet";
  ref.excerpt = "inode " + std::to_string(inode);
  finding.evidence.push_back(std::move(ref));
  file.add(std::move(finding));
}

void judge_sniffers(const LiveScene& scene, CaseFile& file) {
  const auto each_holder = [&](std::uint64_t inode, const auto& judge) {
    for (const auto pid : scene.holders(inode))
      if (const auto* process = scene.process(pid); process != nullptr) judge(*process);
  };
  for (const auto& socket : scene.state.sockets.packet_sockets)
    each_holder(socket.inode,
                [&](const Process& process) { judge_sniffer(process, socket.inode, scene, file); });
  // Raw sockets are what anybody's monitoring sends its pings through.
  for (const auto& socket : scene.state.sockets.sockets) {
    if (socket.protocol != "raw") continue;
    each_holder(socket.inode, [&](const Process& process) {
      if (is_odd(process, scene)) judge_sniffer(process, socket.inode, scene, file);
    });
  }
}

void judge_unlisted(const LiveScene& scene, CaseFile& file) {
  for (const auto& socket : scene.state.sockets.unlisted) {
    const auto where = end_of(socket) + (socket.listens() ? "" : " to " + peer_of(socket));
    auto finding = live_finding(live_rules().rule("live.hidden_socket"), scene, "/proc/net/tcp",
                                where + ", inode " + std::to_string(socket.inode), {{"address", where}});
    finding.address = socket.listens() ? "" : socket.peer;
    file.add(std::move(finding));
  }
}

void judge_interfaces(const LiveScene& scene, CaseFile& file) {
  for (const auto& interface : scene.state.sockets.interfaces) {
    if (!interface.promiscuous() || interface.member) continue;
    file.add(live_finding(live_rules().rule("live.promiscuous"), scene,
                          "/sys/class/net/" + interface.name + "/flags", interface.name,
                          {{"interface", interface.name}}));
  }
}

}  // namespace

void judge_network(const LiveScene& scene, CaseFile& file) {
  judge_listeners(scene, file);
  judge_unlisted(scene, file);
  judge_sniffers(scene, file);
  judge_interfaces(scene, file);
}

}  // namespace rescue::detect
