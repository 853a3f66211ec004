// Open ports without a process, or with an odd one; who reads along.
#include <algorithm>

#include "live_scene.hpp"
#include "rescue/detect/live.hpp"

namespace rescue::detect {
namespace {

using evidence::LiveSocket;
using Process = evidence::LiveProcess;

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
  const bool odd = place == LivePlace::kTemporary || place == LivePlace::kHidden || process.program_in_memory;
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

void judge_sniffers(const LiveScene& scene, CaseFile& file) {
  const auto& rule = live_rules().rule("live.sniffer");
  const auto judge = [&](std::uint64_t inode, const char* table) {
    for (const auto pid : scene.holders(inode)) {
      const auto* process = scene.process(pid);
      if (process == nullptr || scene.is_ours(*process) || !scene.on_our_disk(*process)) continue;
      const bool interpreter = is_one_of(program_name(process->program), rule.match.at("interpreters"));
      if (!scene.is_foreign(*process) && !interpreter && !process->program_in_memory) continue;
      auto finding = live_finding(rule, scene, *process);
      if (interpreter) finding.severity = Severity::kMedium;
      EvidenceRef ref;
      ref.file = table;
      ref.excerpt = "inode " + std::to_string(inode);
      finding.evidence.push_back(std::move(ref));
      file.add(std::move(finding));
    }
  };
  for (const auto& socket : scene.state.sockets.packet_sockets) judge(socket.inode, "/proc/net/packet");
  for (const auto& socket : scene.state.sockets.sockets)
    if (socket.protocol == "raw") judge(socket.inode, "/proc/net/raw");
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
  judge_sniffers(scene, file);
  judge_interfaces(scene, file);
}

}  // namespace rescue::detect
