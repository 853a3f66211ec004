#include "rescue/evidence/host.hpp"

#include "rescue/evidence/line_reader.hpp"

namespace rescue::evidence {
namespace {

/// The value of `key` in shell-like assignments, quotes taken off.
std::string assigned(std::string_view text, std::string_view key) {
  while (!text.empty()) {
    auto line = take_line(text);
    if (!line.starts_with(key) || line.size() <= key.size() || line[key.size()] != '=') continue;
    line.remove_prefix(key.size() + 1);
    if (line.size() >= 2 && (line.front() == '"' || line.front() == '\'') && line.back() == line.front()) {
      line = line.substr(1, line.size() - 2);
    }
    return std::string(line);
  }
  return "";
}

}  // namespace

Host read_host(const SafeRoot& root, Gaps& gaps) {
  constexpr std::size_t kMostBytes = 64 * 1024;
  Host host;
  if (const auto text = root.read_small("/etc/hostname", kMostBytes)) {
    std::string_view rest = *text;
    while (host.hostname.empty() && !rest.empty()) {
      const auto line = take_line(rest);
      if (!line.starts_with('#')) host.hostname = line;
    }
  }
  auto release = root.read_small("/etc/os-release", kMostBytes);
  if (!release) release = root.read_small("/usr/lib/os-release", kMostBytes);
  if (release) {
    host.os_name = assigned(*release, "PRETTY_NAME");
    host.os_id = assigned(*release, "ID");
    host.os_version = assigned(*release, "VERSION_ID");
  } else {
    gaps.push_back({.path = "/etc/os-release",
                    .reason = release.error().detail,
                    .prevents = "knowing which operating system this is"});
  }
  host.zone = read_time_zone(root, gaps);
  return host;
}

}  // namespace rescue::evidence
