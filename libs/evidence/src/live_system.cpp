#include "rescue/evidence/live_system.hpp"

#include <algorithm>
#include <map>
#include <set>

#include "live_text.hpp"
#include "rescue/evidence/line_reader.hpp"
#include "rescue/evidence/login_records.hpp"

namespace rescue::evidence {
namespace {

constexpr std::size_t kMostModules = 20'000, kMostMounts = 20'000, kMostLogins = 5'000;

std::string text_of(std::string_view text, std::size_t bytes_max = 4096) {
  return std::string(text.substr(0, bytes_max));
}

std::string first_line(std::string_view text) {
  return text_of(text.substr(0, text.find('\n')), 512);
}

std::set<std::string, std::less<>> names_in(std::string_view text) {
  std::set<std::string, std::less<>> names;
  while (!text.empty() && names.size() < kMostModules) {
    auto line = take_line(text);
    const auto name = take_word(line);
    if (!name.empty()) names.emplace(text_of(name, 128));
  }
  return names;
}

/// "name 16384 1 other, Live 0xffffffffc0000000 (OE)"
LiveModule module_of(std::string_view line) {
  LiveModule out;
  out.name = text_of(take_word(line), 128);
  out.bytes = number_of<std::uint64_t>(take_word(line));
  take_word(line);
  take_word(line);
  out.state = text_of(take_word(line), 32);
  take_word(line);
  auto taints = take_word(line);
  if (taints.size() > 2 && taints.front() == '(')
    out.taints = text_of(taints.substr(1, taints.size() - 2), 32);
  return out;
}

}  // namespace

void parse_modules(const LiveSnapshot& snapshot, LiveSystem& out) {
  const auto* first = snapshot.text("/proc/modules");
  const auto* folders = snapshot.text(live_path::kModules);
  const auto* again = snapshot.text("again/modules");
  out.modules_seen = first != nullptr && folders != nullptr && again != nullptr && !first->cut && !again->cut;
  std::map<std::string, LiveModule> modules;
  for (auto text = snapshot.bytes("/proc/modules"); !text.empty() && modules.size() < kMostModules;) {
    auto one = module_of(take_line(text));
    if (!one.name.empty()) modules.emplace(one.name, std::move(one));
  }
  const auto listed_again = names_in(snapshot.bytes("again/modules"));
  for (auto& [name, one] : modules) one.listed = listed_again.contains(name);
  for (const auto& name : names_in(snapshot.bytes(live_path::kModules))) {
    // One that came or went between the two looks says nothing.
    if (modules.contains(name) != listed_again.contains(name)) continue;
    auto& one = modules[name];
    one.name = name;
    one.has_folder = true;
  }
  for (auto& [name, one] : modules) out.modules.push_back(std::move(one));
}

std::vector<LiveMount> parse_mounts(std::string_view text) {
  std::vector<LiveMount> out;
  while (!text.empty() && out.size() < kMostMounts) {
    auto line = take_line(text);
    LiveMount mount;
    take_word(line);
    take_word(line);
    mount.device = text_of(take_word(line), 32);
    mount.root = without_octal(text_of(take_word(line)));
    mount.at = without_octal(text_of(take_word(line)));
    mount.options = text_of(take_word(line), 512);
    auto word = take_word(line);
    while (!word.empty() && word != "-") word = take_word(line);
    mount.type = text_of(take_word(line), 64);
    mount.source = without_octal(text_of(take_word(line)));
    mount.super_options = text_of(take_word(line), 512);
    if (!mount.at.empty() && !mount.type.empty()) out.push_back(std::move(mount));
  }
  return out;
}

std::vector<LiveLogin> parse_logins(std::string_view records) {
  std::vector<LiveLogin> out;
  constexpr int kUserProcess = 7, kDeadProcess = 8;
  for (; records.size() >= kLoginRecordBytes && out.size() < kMostLogins;
       records.remove_prefix(kLoginRecordBytes)) {
    const auto record = parse_login_record(records.substr(0, kLoginRecordBytes));
    if (record.type != kUserProcess && record.type != kDeadProcess) continue;
    out.push_back({.user = std::string(record.user),
                   .terminal = std::string(record.line),
                   .from = record.host.empty() ? record.address : std::string(record.host),
                   .pid = record.process,
                   .time = record.time,
                   .ended = record.type == kDeadProcess});
  }
  return out;
}

LiveSystem parse_system(const LiveSnapshot& snapshot) {
  LiveSystem out;
  parse_modules(snapshot, out);
  out.mounts = parse_mounts(snapshot.bytes("/proc/self/mountinfo"));
  out.logins_seen = snapshot.text("/run/utmp") != nullptr;
  out.logins = parse_logins(snapshot.bytes("/run/utmp"));
  out.taint = number_of<std::uint64_t>(first_line(snapshot.bytes("/proc/sys/kernel/tainted")));
  out.release = first_line(snapshot.bytes("/proc/sys/kernel/osrelease"));
  out.hostname = first_line(snapshot.bytes("/proc/sys/kernel/hostname"));
  out.core_pattern = first_line(snapshot.bytes("/proc/sys/kernel/core_pattern"));
  for (auto text = snapshot.bytes(live_path::kPins); !text.empty();)
    out.pins.push_back(text_of(take_line(text), 128));
  return out;
}

}  // namespace rescue::evidence
