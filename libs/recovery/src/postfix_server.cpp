#include "rescue/recovery/postfix_server.hpp"

#include <arpa/inet.h>
#include <ifaddrs.h>
#include <net/if.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <bit>
#include <charconv>
#include <map>
#include <memory>

namespace rescue::recovery {
namespace {

std::string trimmed_line(std::string text) {
  while (!text.empty() && (text.back() == '\n' || text.back() == ' ')) text.pop_back();
  return text;
}

/// "3.7.11" is 2.10 or later.
bool has_relay_restrictions(const std::string& version) {
  int major = 0, minor = 0;
  const auto* end = version.data() + version.size();
  const auto first = std::from_chars(version.data(), end, major);
  if (first.ec != std::errc() || first.ptr == end) return true;
  std::from_chars(first.ptr + 1, end, minor);
  return major > 2 || (major == 2 && minor >= 10);
}

/// A value is one line of words. Anything else (a warning that got among it, what is not expanded) is not
/// known: it would be judged as settings, or written as such.
std::optional<std::string> plain(const std::string& output) {
  auto text = trimmed_line(output);
  const bool odd = std::any_of(text.begin(), text.end(), [](char c) {
    return (static_cast<unsigned char>(c) < ' ' && c != '\t') || c == '{' || c == '}';
  });
  if (odd) return std::nullopt;
  for (const auto& word : evidence::split_list(text)) {
    if (word.ends_with(':')) return std::nullopt;
  }
  return text;
}

Result<std::optional<std::string>> look_up(const LiveServer& server, const std::string& table,
                                           const std::string& key) {
  RESCUE_ASSIGN(const auto ended,
                server.run({.program = "/usr/sbin/postmap", .arguments = {"-q", key, table}}));
  if (ended.exit_code == 0) return std::optional(trimmed_line(ended.output));
  // It ends with 1 where it finds nothing, too; then it warns at most.
  const bool failed = ended.exit_code != 1 || ended.errors.find("fatal:") != std::string::npos ||
                      ended.errors.find("error:") != std::string::npos ||
                      ended.errors.find("unsupported") != std::string::npos;
  if (!failed) return std::optional<std::string>();
  constexpr std::size_t kMost = 300;
  return fail(ErrorCode::kUnavailable, "target-unavailable", table + ": " + said_by(ended, kMost));
}

/// What was asked before: the same few settings and tables are looked at for each service. A hostile server
/// may name tables without end.
class Remembered {
 public:
  explicit Remembered(LiveServer server) : server_(server) {}
  std::optional<std::string> setting(const std::string& name) {
    const auto at = settings_.find(name);
    if (at != settings_.end()) return at->second;
    return settings_[name] = postconf(server_, name);
  }
  Result<std::optional<std::string>> in_table(const std::string& table, const std::string& key) {
    constexpr std::size_t kMost = 2'000;
    const auto at = looked_up_.find({table, key});
    if (at != looked_up_.end()) return at->second;
    if (looked_up_.size() >= kMost)
      return fail(ErrorCode::kTooLarge, "target-unavailable", "there are more tables than can be asked");
    return looked_up_.emplace(std::pair(table, key), look_up(server_, table, key)).first->second;
  }

 private:
  LiveServer server_;
  std::map<std::string, std::optional<std::string>> settings_;
  std::map<std::pair<std::string, std::string>, Result<std::optional<std::string>>> looked_up_;
};

bool is_private_v4(std::uint32_t address) {
  return (address >> 24U) == 10 || (address >> 20U) == 0xAC1 || (address >> 16U) == 0xC0A8;
}

bool is_own_bridge(const char* interface) {
  return ::access(("/sys/class/net/" + std::string(interface) + "/bridge").c_str(), F_OK) == 0;
}

std::string v4_word(const ifaddrs& one) {
  const auto& in = *reinterpret_cast<const sockaddr_in*>(one.ifa_addr);
  const auto address = ntohl(in.sin_addr.s_addr);
  std::uint32_t mask = 0xFFFFFFFFU;
  if (one.ifa_netmask != nullptr && is_private_v4(address) && is_own_bridge(one.ifa_name))
    mask = ntohl(reinterpret_cast<const sockaddr_in*>(one.ifa_netmask)->sin_addr.s_addr);
  const in_addr network{htonl(address & mask)};
  std::array<char, INET_ADDRSTRLEN> text{};
  ::inet_ntop(AF_INET, &network, text.data(), text.size());
  return std::string(text.data()) + "/" + std::to_string(std::popcount(mask));
}

}  // namespace

std::optional<std::string> postconf(const LiveServer& server, const std::string& name) {
  // Before 2.10 it does not expand names, and knows no -x.
  for (const char* how : {"-xh", "-h"}) {
    const auto ended = server.run({.program = "/usr/sbin/postconf", .arguments = {how, name}});
    if (ended && ended->exit_code == 0) return plain(ended->output);
  }
  return std::nullopt;
}

Action reload_postfix() {
  return {.why = "postfix reads its settings again",
          .program = "/usr/sbin/postfix",
          .arguments = {"reload"},
          .on_undo = true};
}

Result<std::optional<PostfixServer>> read_postfix(const LiveServer& server) {
  PostfixServer out;
  RESCUE_ASSIGN(auto main, server.files.read("/etc/postfix/main.cf"));
  if (!main) return std::optional<PostfixServer>();
  RESCUE_ASSIGN(auto master, server.files.read("/etc/postfix/master.cf"));
  out.main_cf = *std::move(main);
  out.master_cf = master ? *std::move(master) : FileState();
  out.version = postconf(server, "mail_version").value_or("");
  out.config.read = true;
  out.config.main = evidence::parse_main_cf(out.main_cf.bytes, "/etc/postfix/main.cf");
  out.config.services = evidence::parse_master_cf(out.master_cf.bytes, "/etc/postfix/master.cf");
  out.config.hostname = postconf(server, "myhostname").value_or("");
  out.facts.has_relay_restrictions = has_relay_restrictions(out.version);
  out.facts.own_networks = own_networks();
  const auto asked = std::make_shared<Remembered>(server);
  out.facts.fallback = [asked](const std::string& name) { return asked->setting(name); };
  out.facts.look_up = [asked](const std::string& table, const std::string& key) {
    return asked->in_table(table, key);
  };
  out.facts.read_file = [server](const std::string& path) -> std::optional<std::string> {
    auto file = server.files.read(path);
    if (!file || !*file) return std::nullopt;
    return std::move((*file)->bytes);
  };
  return std::optional<PostfixServer>(std::move(out));
}

std::vector<std::string> own_networks() {
  ifaddrs* all = nullptr;
  if (::getifaddrs(&all) != 0) return {};
  const std::unique_ptr<ifaddrs, decltype(&::freeifaddrs)> owner(all, &::freeifaddrs);
  std::vector<std::string> words;
  for (const ifaddrs* one = all; one != nullptr; one = one->ifa_next) {
    if (one->ifa_addr == nullptr || (one->ifa_flags & IFF_LOOPBACK) != 0) continue;
    std::string word;
    if (one->ifa_addr->sa_family == AF_INET) {
      word = v4_word(*one);
    } else if (one->ifa_addr->sa_family == AF_INET6) {
      const auto& in = *reinterpret_cast<const sockaddr_in6*>(one->ifa_addr);
      if (IN6_IS_ADDR_LINKLOCAL(&in.sin6_addr)) continue;
      std::array<char, INET6_ADDRSTRLEN> text{};
      ::inet_ntop(AF_INET6, &in.sin6_addr, text.data(), text.size());
      word = "[" + std::string(text.data()) + "]/128";
    }
    if (!word.empty() && std::find(words.begin(), words.end(), word) == words.end())
      words.push_back(std::move(word));
  }
  return words;
}

}  // namespace rescue::recovery
