#include <algorithm>

#include "rescue/evidence/line_reader.hpp"
#include "rescue/evidence/mail_config.hpp"

namespace rescue::evidence {
namespace {

constexpr int kMostDepth = 8;  // of names inside names
constexpr std::size_t kMostSteps = 64 * 1024;
constexpr std::size_t kMostServices = 200;

bool is_space(char c) {
  return c == ' ' || c == '\t' || c == '\r';
}

std::string_view trimmed(std::string_view text) {
  while (!text.empty() && is_space(text.front())) text.remove_prefix(1);
  while (!text.empty() && is_space(text.back())) text.remove_suffix(1);
  return text;
}

struct LogicalLine {
  std::string text;
  std::string first;  ///< as it stands
  std::uint64_t number = 0;
};

/// postconf(5): lines that begin with white space go on the one before, comments and empty ones between them
/// count for nothing.
std::vector<LogicalLine> logical_lines(std::string_view text) {
  std::vector<LogicalLine> lines;
  std::uint64_t number = 0;
  while (!text.empty()) {
    const auto line = take_line(text);
    ++number;
    const auto content = trimmed(line);
    if (content.empty() || content.starts_with('#')) continue;
    if (is_space(line.front())) {
      if (!lines.empty()) lines.back().text.append(" ").append(content);
    } else {
      lines.push_back({std::string(content), std::string(line), number});
    }
  }
  return lines;
}

/// Defaults that matter here. mynetworks without a setting is the host's own networks: nobody far away.
std::string_view default_of(std::string_view name) {
  if (name == "smtpd_relay_restrictions") {
    return "permit_mynetworks, permit_sasl_authenticated, defer_unauth_destination";
  }
  if (name == "mydestination") return "$myhostname, localhost.$mydomain, localhost";
  if (name == "relay_domains") return "$mydestination";
  if (name == "virtual_alias_domains") return "$virtual_alias_maps";
  if (name == "virtual_mailbox_domains") return "$virtual_mailbox_maps";
  if (name == "inet_interfaces") return "all";
  return "";
}

bool is_name(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
}

bool bound_to_loopback(std::string_view name) {
  return name.starts_with("127.") || name.starts_with("localhost:") || name.starts_with("[::1]:");
}

void add_override(std::string_view option, const std::string& path, const LogicalLine& line, Settings& out) {
  const auto equals = option.find('=');
  if (equals == option.npos) return;
  const std::string name(trimmed(option.substr(0, equals)));
  out[name] = {std::string(trimmed(option.substr(equals + 1))), path, line.number, line.first};
}

/// "-o name=value", "-oname=value" and "-o { name = value }" of a service's arguments.
void add_overrides(std::string_view arguments, const std::string& path, const LogicalLine& line,
                   Settings& out) {
  for (auto at = arguments.find("-o"); at != arguments.npos; at = arguments.find("-o", at)) {
    const bool word = at == 0 || is_space(arguments[at - 1]);
    at += 2;
    if (!word) continue;
    while (at < arguments.size() && is_space(arguments[at])) ++at;
    const bool braces = at < arguments.size() && arguments[at] == '{';
    const auto end = std::min(arguments.find_first_of(braces ? "}" : " \t", at), arguments.size());
    add_override(arguments.substr(braces ? at + 1 : at, end - at - (braces ? 1 : 0)), path, line, out);
    at = end;
  }
}

/// Names replaced by their values. Names that stand for many names that stand for many … end with the budget,
/// which counts characters looked at.
struct Expansion {
  const PostfixConfig& config;
  const SmtpService* service;
  std::size_t& budget;

  std::string of(std::string_view text, int depth) const {
    std::string out;
    for (std::size_t i = 0; i < text.size() && budget > 0; ++i) {
      --budget;
      if (text[i] != '$' || depth >= kMostDepth) {
        out += text[i];
        continue;
      }
      const bool wrapped = i + 1 < text.size() && (text[i + 1] == '{' || text[i + 1] == '(');
      const auto from = i + (wrapped ? 2 : 1);
      auto end = from;
      while (end < text.size() && is_name(text[end])) ++end;
      out += value_of(text.substr(std::min(from, text.size()), end - from), depth + 1);
      if (wrapped) end = std::min(text.find_first_of("})", end), text.size() - 1) + 1;
      i = end - 1;
    }
    return out;
  }

  std::string value_of(std::string_view name, int depth) const {
    if (const auto* set = config.setting(name, service); set != nullptr) return of(set->value, depth);
    if (name == "myhostname") return config.hostname;
    if (name != "mydomain") return of(default_of(name), depth);
    const auto host = of("$myhostname", depth);
    const auto dot = host.find('.');
    return dot == host.npos ? "localdomain" : host.substr(dot + 1);
  }
};

}  // namespace

std::vector<std::string> split_list(std::string_view text, std::string_view separators) {
  std::vector<std::string> words;
  while (!text.empty()) {
    const auto from = std::min(text.find_first_not_of(separators), text.size());
    text.remove_prefix(from);
    const auto end = std::min(text.find_first_of(separators), text.size());
    if (end > 0) words.emplace_back(text.substr(0, end));
    text.remove_prefix(end);
  }
  return words;
}

Settings parse_main_cf(std::string_view text, const std::string& path) {
  Settings settings;
  for (const auto& line : logical_lines(text)) {
    const auto equals = line.text.find('=');
    if (equals == line.text.npos) continue;
    const std::string_view whole = line.text;
    settings[std::string(trimmed(whole.substr(0, equals)))] = {std::string(trimmed(whole.substr(equals + 1))),
                                                               path, line.number, line.first};
  }
  return settings;
}

std::vector<SmtpService> parse_master_cf(std::string_view text, const std::string& path) {
  std::vector<SmtpService> services;
  for (const auto& line : logical_lines(text)) {
    if (services.size() >= kMostServices) break;
    const auto words = split_list(std::string_view(line.text).substr(0, kMostSteps), " \t");
    constexpr std::size_t kCommand = 7;  // service type private unpriv chroot wakeup maxproc command
    if (words.size() <= kCommand || words[kCommand] != "smtpd") continue;
    // Behind postscreen smtpd is a service of type "pass".
    if (words[1] != "inet" && words[1] != "pass") continue;
    SmtpService service{words[0], bound_to_loopback(words[0]), {}};
    const auto command = line.text.find(" smtpd");
    if (command != line.text.npos) {
      add_overrides(std::string_view(line.text).substr(command + 6), path, line, service.overrides);
    }
    services.push_back(std::move(service));
  }
  return services;
}

const Setting* PostfixConfig::setting(std::string_view name, const SmtpService* service) const {
  if (service != nullptr) {
    const auto own = service->overrides.find(name);
    if (own != service->overrides.end()) return &own->second;
  }
  const auto at = main.find(name);
  return at == main.end() ? nullptr : &at->second;
}

std::string PostfixConfig::value(std::string_view name, const SmtpService* service) const {
  const auto* set = setting(name, service);
  return expand(set == nullptr ? default_of(name) : set->value, service, 0);
}

std::vector<std::string> PostfixConfig::list(std::string_view name, const SmtpService* service) const {
  return split_list(value(name, service));
}

std::string PostfixConfig::expand(std::string_view text, const SmtpService* service, int depth) const {
  std::size_t budget = kMostSteps;
  return Expansion{*this, service, budget}.of(text, depth);
}

}  // namespace rescue::evidence
