// What processes do: shells that somebody far away types into, work without pause, watching others.
#include <algorithm>
#include <cmath>

#include "live_scene.hpp"
#include "rescue/detect/live.hpp"

namespace rescue::detect {
namespace {

using evidence::LiveSocket;
using Process = evidence::LiveProcess;

/// The connection behind one of the first three files; null: it is none.
const LiveSocket* connection_behind(const Process& process, std::int32_t number, const LiveScene& scene) {
  const auto* descriptor = process.descriptor(number);
  if (descriptor == nullptr || !descriptor->socket) return nullptr;
  const auto* socket = scene.socket(descriptor->inode);
  return socket != nullptr && socket->connected() ? socket : nullptr;
}

/// It came in at a port at which a super server listens, which starts one program for each connection.
bool was_handed_over(const LiveSocket& socket, const LiveScene& scene) {
  const auto& servers = live_rules().rule("live.reverse_shell").match.at("servers");
  return std::any_of(scene.state.sockets.sockets.begin(), scene.state.sockets.sockets.end(),
                     [&](const auto& other) {
                       if (!other.listens() || other.port != socket.port || other.network != socket.network)
                         return false;
                       const auto& holders = scene.holders(other.inode);
                       return std::any_of(holders.begin(), holders.end(), [&](std::int32_t pid) {
                         const auto* holder = scene.process(pid);
                         return holder != nullptr && is_one_of(program_name(holder->program), servers) &&
                                !scene.is_foreign(*holder);
                       });
                     });
}

void judge_reverse_shell(const Process& process, const LiveScene& scene, CaseFile& file) {
  const auto& rule = live_rules().rule("live.reverse_shell");
  const auto name = process.program.empty() ? std::string_view(process.name) : program_name(process.program);
  if (!is_one_of(name, rule.match.at("interpreters"))) return;
  const auto* keyboard = connection_behind(process, 0, scene);
  // The same one: a service that shut its first three files may have others there by chance.
  const bool both = keyboard != nullptr && (connection_behind(process, 1, scene) == keyboard ||
                                            connection_behind(process, 2, scene) == keyboard);
  if (!both || was_handed_over(*keyboard, scene)) return;
  auto finding = live_finding(rule, scene, process, {{"address", peer_of(*keyboard)}});
  finding.address = keyboard->peer;
  EvidenceRef ref;
  ref.file = "/proc/" + std::to_string(process.pid) + "/fd/0";
  ref.excerpt =
      "socket:[" + std::to_string(keyboard->inode) + "], " + end_of(*keyboard) + " to " + peer_of(*keyboard);
  finding.evidence.push_back(std::move(ref));
  // Within the server itself, or in a container of its customer's, more harmless things are done so.
  if (evidence::is_loopback(keyboard->peer) || process.other_root) finding.severity = Severity::kHigh;
  if (process.other_root) finding.confidence = Confidence::kMedium;
  file.add(std::move(finding));
}

/// A shell without a command to run or a script to read.
bool waits_for_commands(const Process& process) {
  return std::all_of(process.arguments.begin() + 1, process.arguments.end(), [](const std::string& word) {
    return word == "-i" || word == "-l" || word == "--login" || word == "-p" || word == "--norc" ||
           word == "-s" || word == "--noprofile";
  });
}

const LiveSocket* connection_to_outside(const Process& process, const LiveScene& scene) {
  for (const auto& descriptor : process.descriptors) {
    const auto* socket = descriptor.socket ? scene.socket(descriptor.inode) : nullptr;
    if (socket != nullptr && socket->connected() && !evidence::is_loopback(socket->peer)) return socket;
  }
  return nullptr;
}

/// It only passes bytes on, and is connected to elsewhere.
const LiveSocket* connection_of_relay(const Process& process, const LiveScene& scene) {
  const auto& relays = live_rules().rule("live.piped_shell").match.at("relays");
  return is_one_of(program_name(process.program), relays) ? connection_to_outside(process, scene) : nullptr;
}

/// Who started the shell, or who reads what it writes.
const Process* relay_of(const Process& shell, const LiveScene& scene) {
  const auto* parent = scene.process(shell.parent);
  if (parent != nullptr && connection_of_relay(*parent, scene) != nullptr) return parent;
  for (const int number : {1, 2}) {
    const auto* descriptor = shell.descriptor(number);
    if (descriptor == nullptr || descriptor->inode == 0) continue;
    for (const auto pid : scene.holders(descriptor->inode)) {
      const auto* holder = scene.process(pid);
      if (holder != nullptr && holder != &shell && connection_of_relay(*holder, scene) != nullptr)
        return holder;
    }
  }
  return nullptr;
}

void judge_piped_shell(const Process& process, const LiveScene& scene, CaseFile& file) {
  const auto& rule = live_rules().rule("live.piped_shell");
  if (process.arguments.empty() || !is_one_of(program_name(process.program), rule.match.at("shells")) ||
      !waits_for_commands(process))
    return;
  const auto* relay = relay_of(process, scene);
  if (relay == nullptr) return;
  const auto* connection = connection_of_relay(*relay, scene);
  auto finding =
      live_finding(rule, scene, process, {{"relay", relay->program}, {"address", peer_of(*connection)}});
  finding.address = connection->peer;
  finding.evidence.push_back(live_finding(rule, scene, *relay).evidence.front());
  finding.evidence.back().excerpt += ", " + end_of(*connection) + " to " + peer_of(*connection);
  if (process.other_root) {
    finding.severity = Severity::kHigh;
    finding.confidence = Confidence::kMedium;
  }
  file.add(std::move(finding));
}

void judge_shell_of_web_server(const Process& process, const LiveScene& scene, CaseFile& file) {
  const auto& rule = live_rules().rule("live.web_server_shell");
  if (!scene.on_our_disk(process) || process.arguments.empty()) return;
  if (!is_one_of(program_name(process.program), rule.match.at("shells")) || !waits_for_commands(process))
    return;
  if (scene.ancestor(process, rule.match.at("servers")) == nullptr) return;
  const bool asked_for =
      std::find(process.arguments.begin(), process.arguments.end(), "-i") != process.arguments.end();
  const auto age =
      process.started ? scene.state.clock.taken - *process.started : std::chrono::microseconds(0);
  // proc_open without a command is over at once; only what stays waits for somebody.
  if (!asked_for && age < std::chrono::seconds(rule.match.at("seconds").get<int>())) return;
  file.add(live_finding(rule, scene, process));
}

void judge_work(const Process& process, const LiveScene& scene, CaseFile& file) {
  const auto& rule = live_rules().rule("live.busy_stranger");
  if (!scene.is_foreign(process) || !process.started) return;
  const auto age = std::chrono::duration<double>(scene.state.clock.taken - *process.started).count();
  const double used = static_cast<double>(process.cpu_ticks) / 100.0;
  if (age < rule.match.at("seconds").get<double>()) return;
  const auto percent = static_cast<int>(std::lround(std::min(used / age, 1'000.0) * 100.0));
  if (percent < rule.match.at("share_percent").get<int>()) return;
  const auto* socket = connection_to_outside(process, scene);
  if (socket == nullptr) return;
  auto finding = live_finding(rule, scene, process,
                              {{"share", std::to_string(percent) + " %"}, {"address", peer_of(*socket)}});
  finding.address = socket->peer;
  const auto& ports = rule.match.at("pool_ports");
  const bool pool = std::find(ports.begin(), ports.end(), Json(socket->peer_port)) != ports.end();
  if (pool) finding.severity = Severity::kMedium;
  file.add(std::move(finding));
}

void judge_miner_command(const Process& process, const LiveScene& scene, CaseFile& file) {
  const auto& rule = live_rules().rule("live.miner_command");
  // A search for these words is no miner: what packages brought is let off.
  if (process.program.empty() || (scene.disk.survey.packages.known() && !scene.is_foreign(process))) return;
  const auto& texts = rule.match.at("texts");
  const bool named = std::any_of(texts.begin(), texts.end(), [&](const Json& text) {
    return process.command.find(text.get_ref<const std::string&>()) != std::string::npos;
  });
  if (named && scene.on_our_disk(process)) file.add(live_finding(rule, scene, process));
}

void judge_tracing(const Process& process, const LiveScene& scene, CaseFile& file) {
  const auto& rule = live_rules().rule("live.traced_service");
  const auto* tracer = process.tracer > 0 ? scene.process(process.tracer) : nullptr;
  if (tracer == nullptr || !scene.on_our_disk(process)) return;
  if (!is_one_of(program_name(process.program), rule.match.at("services"))) return;
  if (process.parent == tracer->pid) return;  // it was started so
  const auto who = (tracer->program.empty() ? tracer->name : tracer->program) + " (process " +
                   std::to_string(tracer->pid) + ")";
  file.add(live_finding(rule, scene, process, {{"tracer", who}}));
}

}  // namespace

void judge_behaviour(const LiveScene& scene, CaseFile& file) {
  for (const auto& [pid, process] : scene.state.processes) {
    if (scene.is_ours(process)) continue;
    judge_reverse_shell(process, scene, file);
    judge_piped_shell(process, scene, file);
    judge_shell_of_web_server(process, scene, file);
    judge_work(process, scene, file);
    judge_miner_command(process, scene, file);
    judge_tracing(process, scene, file);
  }
}

}  // namespace rescue::detect
