#include "live_take_process.hpp"

#include <algorithm>
#include <array>

#include "rescue/evidence/line_reader.hpp"

namespace rescue::evidence {
namespace {

// Nothing of these holds a password, as far as their makers say; of all others not even the name is taken.
constexpr std::array<std::string_view, 16> kVariables = {
    "LD_PRELOAD", "LD_AUDIT", "LD_LIBRARY_PATH", "HISTFILE",  "HISTSIZE", "HISTFILESIZE",
    "SSH_CLIENT", "SSH_TTY",  "SSH_CONNECTION",  "SUDO_USER", "SUDO_UID", "REMOTE_ADDR",
    "LOGNAME",    "USER",     "SCRIPT_FILENAME", "container"};

bool matters(std::string_view variable) {
  const auto name = variable.substr(0, variable.find('='));
  return std::find(kVariables.begin(), kVariables.end(), name) != kVariables.end();
}

}  // namespace

std::string variables_that_matter(std::string_view environment) {
  constexpr std::size_t kMostValueBytes = 1024;
  std::string out;
  while (!environment.empty()) {
    const auto end = std::min(environment.find('\0'), environment.size());
    const auto variable = environment.substr(0, end);
    environment.remove_prefix(std::min(end + 1, environment.size()));
    if (matters(variable)) out.append(variable.substr(0, kMostValueBytes)).push_back('\0');
  }
  return out;
}

std::string executable_lines(std::string_view maps) {
  std::string out;
  while (!maps.empty()) {
    const auto line = take_line(maps);
    const auto rights = line.find(' ');
    if (rights == line.npos || rights + 4 >= line.size() || line[rights + 3] != 'x') continue;
    if (line.find('/') != line.npos) out.append(line).push_back('\n');
  }
  return out;
}

void LiveProcessTaker::take_text(const std::string& folder, const char* name, std::size_t bytes_max) {
  const auto path = folder + name;
  if (const auto text = files_.read(path, bytes_max)) out_.text(path, text->bytes, text->cut);
}

void LiveProcessTaker::take_links(const std::string& folder, std::int32_t pid) {
  for (const char* name : {"exe", "cwd", "root", "ns/net", "ns/pid", "ns/mnt"}) {
    const auto path = folder + name;
    const auto target = files_.link(path);
    if (!target) continue;
    out_.link(path, *target);
    if (std::string_view(name) == "ns/net") networks_.emplace(*target, pid);
    constexpr std::uint64_t kMostHashed = 32;
    const bool gone = target->ends_with(" (deleted)");
    if (std::string_view(name) != "exe" || !gone || hashed_ >= kMostHashed) continue;
    ++hashed_;
    if (const auto hash = files_.hash(path); !hash.empty()) out_.text(folder + "exe.sha256", hash);
  }
  if (const auto id = files_.identity(folder + "root"); !id.empty()) out_.text(folder + "root.id", id);
}

void LiveProcessTaker::take_environment(const std::string& folder) {
  constexpr std::size_t kMostBytes = 256 << 10;
  const auto path = folder + "environ";
  if (const auto text = files_.read(path, kMostBytes))
    out_.text(path, variables_that_matter(text->bytes), text->cut);
}

void LiveProcessTaker::take_descriptors(const std::string& folder) {
  constexpr std::size_t kMostOfOne = 8192, kMostInAll = 400'000;
  if (descriptors_ >= kMostInAll) {
    out_.missing(folder + "fd", "more open files than the limit; the rest was not looked at");
    return;
  }
  auto numbers = files_.numbers(folder + "fd", kMostOfOne + 1);
  const bool cut = numbers.size() > kMostOfOne;
  std::sort(numbers.begin(), numbers.end());
  std::string text;
  for (const auto number : numbers) {
    const auto target = files_.link(folder + "fd/" + std::to_string(number));
    // Of plain files only the first three matter; a name may hold anything but a zero byte.
    if (!target || (number > 2 && target->starts_with('/') && !target->starts_with("/memfd:"))) continue;
    text += std::to_string(number) + " " + *target;
    text.push_back('\0');
  }
  descriptors_ += numbers.size();
  out_.text(folder + "fd", text, cut);
}

void LiveProcessTaker::take_programs_in_memory(const std::string& folder) {
  constexpr std::size_t kMostBytes = 4 << 20;
  const auto path = folder + "maps";
  if (const auto text = files_.read(path, kMostBytes))
    out_.text(path, executable_lines(text->bytes), text->cut);
}

void LiveProcessTaker::take(std::int32_t pid) {
  const auto folder = "/proc/" + std::to_string(pid) + "/";
  constexpr std::size_t kSmall = 8 << 10;
  files_.was_refused();
  take_text(folder, "stat", kSmall);
  take_text(folder, "status", kSmall);
  take_text(folder, "cmdline", kSmall);
  take_text(folder, "cgroup", kSmall);
  take_links(folder, pid);
  take_descriptors(folder);
  take_environment(folder);
  take_programs_in_memory(folder);
  if (files_.was_refused()) ++refused_;
}

}  // namespace rescue::evidence
