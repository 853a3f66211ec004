#include "sshd_message.hpp"

#include <algorithm>
#include <array>
#include <charconv>

#include "message_text.hpp"

namespace rescue::evidence {
namespace {

constexpr std::array<bool, 256> kOfAddresses = [] {
  std::array<bool, 256> table{};
  for (const char c : std::string_view("0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ.:-_%"))
    table[static_cast<unsigned char>(c)] = true;
  return table;
}();

bool is_address(std::string_view text) {
  if (text.empty() || text.size() > 255) return false;
  return std::all_of(text.begin(), text.end(),
                     [](char c) { return kOfAddresses[static_cast<unsigned char>(c)]; });
}

bool drop_suffix(std::string_view& text, std::string_view suffix) {
  if (!text.ends_with(suffix)) return false;
  text.remove_suffix(suffix.size());
  return true;
}

/// Takes " port 22" off the right end.
bool take_port(std::string_view& text, std::uint16_t& port) {
  const auto space = text.rfind(' ');
  if (space == text.npos) return false;
  const auto digits = text.substr(space + 1);
  std::uint16_t value = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), value);
  auto rest = text.substr(0, space);
  if (error != std::errc() || end != digits.data() + digits.size() || !drop_suffix(rest, " port"))
    return false;
  port = value;
  text = rest;
  return true;
}

/// "<method> for [invalid user ]<name> from <address> port <port> ssh2[: <key>]"
bool parse_attempt(std::string_view text, EventKind kind, Event& event) {
  const auto space = text.find(' ');
  if (space == text.npos) return false;
  event.add(FieldName::kMethod, text.substr(0, space));
  text.remove_prefix(space + 1);
  if (!drop_prefix(text, "for ")) return false;
  if (!drop_suffix(text, " ssh2")) {
    // Only keys leave something after "ssh2". It comes from sshd, so the last one is the real one.
    constexpr std::string_view kKey = " ssh2: ";
    const auto at = text.rfind(kKey);
    if (at == text.npos) return false;
    const auto key = text.substr(at + kKey.size());
    const auto hash = key.find("SHA256:");
    if (hash != key.npos) event.add(FieldName::kKey, key.substr(hash, key.find(' ', hash) - hash));
    text = text.substr(0, at);
  }
  if (kind == EventKind::kLoginFailed && drop_prefix(text, "invalid user ")) {
    event.add(FieldName::kInvalidUser, "1");
  }
  Origin origin;
  if (!parse_origin(text, origin)) return false;
  event.kind = kind;
  event.account = origin.name;
  event.address = origin.address;
  event.port = origin.port;
  return true;
}

bool fill(Event& event, EventKind kind, const Origin& origin) {
  event.kind = kind;
  event.account = origin.name;
  event.address = origin.address;
  event.port = origin.port;
  return true;
}

/// rsyslog's "message repeated 5 times: [ Failed password for … ]"
bool parse_repeated(std::string_view text, Event& event) {
  const auto times = text.substr(0, std::min(text.find(' '), text.size()));
  const auto open = text.find("[ ");
  if (open == text.npos || !text.ends_with(']')) return false;
  auto inner = text.substr(open + 2);
  inner.remove_suffix(1);
  if (!parse_sshd_message(inner, event)) return false;
  event.add(FieldName::kRepeat, times);
  return true;
}

}  // namespace

bool parse_origin(std::string_view text, Origin& origin) {
  drop_suffix(text, " ssh2");
  take_port(text, origin.port);
  const auto space = text.rfind(' ');
  if (space == text.npos || !is_address(text.substr(space + 1))) return false;
  origin.address = text.substr(space + 1);
  text = text.substr(0, space);
  if (!drop_suffix(text, " from") && text != "from") return false;
  origin.name = text == "from" ? std::string_view() : text;
  return true;
}

bool parse_sshd_message(std::string_view text, Event& event) {
  constexpr std::string_view kBeginnings = "FAIem";  // of those below; most messages are others
  if (text.empty() || kBeginnings.find(text.front()) == kBeginnings.npos) return false;
  drop_suffix(text, " [preauth]");
  Origin origin;
  if (drop_prefix(text, "Failed ")) return parse_attempt(text, EventKind::kLoginFailed, event);
  if (drop_prefix(text, "Accepted ")) return parse_attempt(text, EventKind::kLoginAccepted, event);
  if (drop_prefix(text, "Invalid user ")) {
    // The attempt itself is told by "Failed …" too, unless the client went away: counted as weight 0.
    if (!parse_origin(text, origin)) return false;
    event.add(FieldName::kInvalidUser, "1");
    event.add(FieldName::kRepeat, "0");
    return fill(event, EventKind::kLoginFailed, origin);
  }
  if (drop_prefix(text, "error: maximum authentication attempts exceeded for ")) {
    if (drop_prefix(text, "invalid user ")) event.add(FieldName::kInvalidUser, "1");
    if (!parse_origin(text, origin)) return false;
    event.add(FieldName::kRepeat, "0");
    return fill(event, EventKind::kLoginFailed, origin);
  }
  if (drop_prefix(text, "message repeated ")) return parse_repeated(text, event);
  return false;
}

}  // namespace rescue::evidence
