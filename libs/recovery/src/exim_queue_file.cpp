#include "rescue/recovery/exim_queue_file.hpp"

#include <algorithm>
#include <charconv>
#include <optional>
#include <set>

#include "queue_headers.hpp"
#include "text_parts.hpp"

namespace rescue::recovery {
namespace {

constexpr std::size_t kMostNodes = 50'000;
constexpr std::size_t kMostHeaderBytes = 64 * 1024;
constexpr std::size_t kMostValueBytes = 320;

std::optional<std::string_view> take_line(std::string_view& text) {
  const auto end = text.find('\n');
  if (end == std::string_view::npos) return std::nullopt;
  const auto line = text.substr(0, end);
  text.remove_prefix(end + 1);
  return line;
}

/// "[192.0.2.7]:4321", or with the port after a point, as before 4.9x: "192.0.2.7.4321", "2001:db8::7.4321".
std::string_view without_port(std::string_view text) {
  if (text.starts_with('[')) return text.substr(1, text.find(']') - 1);
  const bool v6 = text.find(':') != std::string_view::npos;
  const auto points = std::ranges::count(text, '.');
  return points == (v6 ? 1 : 4) ? text.substr(0, text.rfind('.')) : text;
}

/// Takes the four lines of the beginning: name, "login uid gid", "<sender>", "time warnings".
bool take_beginning(std::string_view& text, QueueMessage& out, std::optional<std::uint32_t>& uid) {
  const auto name = take_line(text), user = take_line(text), sender = take_line(text), time = take_line(text);
  if (!time || !name->ends_with("-H") || !is_exim_id(name->substr(0, name->size() - 2))) return false;
  if (sender->size() < 2 || !sender->starts_with('<') || !sender->ends_with('>')) return false;
  const auto gid_at = user->rfind(' ');
  const auto uid_at = gid_at == std::string_view::npos || gid_at == 0 ? gid_at : user->rfind(' ', gid_at - 1);
  if (uid_at == std::string_view::npos) return false;
  const auto seconds = number<std::int64_t>(*time);
  if (!seconds || *seconds < 0 || *seconds > 100'000'000'000) return false;
  uid = number<std::uint32_t>(user->substr(uid_at + 1, gid_at - uid_at - 1));
  out.id = name->substr(0, name->size() - 2);
  out.origin.sender = sender->substr(1, sender->size() - 2).substr(0, kMostValueBytes);
  out.received = from_us(*seconds * 1'000'000);
  return true;
}

/// The value of a variable of the access lists, which may hold any bytes: so many, and a line feed.
bool skip_variable(std::string_view line, std::string_view& text) {
  const auto bytes = number<std::size_t>(line.substr(line.rfind(' ') + 1));
  if (!bytes || *bytes + 1 > text.size()) return false;
  text.remove_prefix(*bytes + 1);
  return true;
}

bool take_flags(std::string_view& text, QueueMessage& out, EximFlags& flags) {
  while (text.starts_with('-')) {
    auto line = take_line(text);
    if (!line) return false;
    line->remove_prefix(line->starts_with("--") ? 2 : 1);
    const auto space = line->find(' ');
    const auto name = line->substr(0, space);
    const auto value =
        space == std::string_view::npos ? std::string_view() : line->substr(space + 1, kMostValueBytes);
    if ((name == "aclc" || name == "aclm" || name == "acl") && !skip_variable(*line, text)) return false;
    if (name == "auth_id") out.origin.account = value;
    if (name == "host_address") out.origin.address = without_port(value);
    if (name == "frozen") flags.frozen = true;
    if (name == "localerror") flags.own_bounce = true;
  }
  return true;
}

/// Those who have it already: a binary tree, each node "YN address": whether a left and a right one follow.
bool take_tree(std::string_view& text, std::set<std::string_view>& reached) {
  const auto first = take_line(text);
  if (!first) return false;
  if (*first == "XX") return true;
  std::size_t open = 1, nodes = 0;  // nodes that are still to come
  for (auto line = first; open > 0; line = take_line(text)) {
    if (!line || line->size() < 4 || (*line)[2] != ' ' || ++nodes > kMostNodes) return false;
    for (const char child : line->substr(0, 2)) {
      if (child != 'Y' && child != 'N') return false;
      if (child == 'Y') ++open;
    }
    reached.insert(line->substr(3));
    if (--open == 0) break;
  }
  return true;
}

/// "address", or with more behind it that ends in "#" and a number: the address is what stands before the
/// first space.
bool take_recipients(std::string_view& text, const std::set<std::string_view>& reached, QueueMessage& out) {
  const auto line = take_line(text);
  const auto count = line ? number<std::size_t>(*line) : std::nullopt;
  if (!count || *count > kMostNodes) return false;
  for (std::size_t i = 0; i < *count; ++i) {
    const auto recipient = take_line(text);
    if (!recipient) return false;
    const auto address = recipient->substr(0, recipient->find(' '));
    if (!reached.contains(address)) out.add_recipient(address);
  }
  return true;
}

/// Header lines: three digits or more for the length, a letter, a space, the text. Those marked '*' were
/// replaced.
bool take_headers(std::string_view text, std::string& header) {
  const auto empty = take_line(text);
  if (!empty || !empty->empty()) return false;
  while (!text.empty()) {
    const auto bytes = number<std::size_t>(text);
    const auto digits = std::min(text.find_first_not_of("0123456789"), text.size());
    if (!bytes || digits + 2 > text.size() || *bytes > text.size() - digits - 2) return false;
    if (text[digits] != '*' && header.size() < kMostHeaderBytes) header += text.substr(digits + 2, *bytes);
    text.remove_prefix(digits + 2 + *bytes);
  }
  return true;
}

std::size_t flags_begin(std::string_view bytes) {
  std::size_t at = 0;
  for (int line = 0; line < 4; ++line) {
    at = bytes.find('\n', at);
    if (at == std::string_view::npos) return at;
    ++at;
  }
  return at;
}

std::string frozen_line(std::int64_t seconds) {
  return "-frozen " + std::to_string(seconds) + "\n";
}

}  // namespace

bool is_exim_id(std::string_view name) {
  constexpr std::size_t kShort = 16, kLong = 23;
  if (name.size() != kShort && name.size() != kLong) return false;
  const auto second = name.size() == kShort ? 13U : 18U;
  for (std::size_t i = 0; i < name.size(); ++i) {
    const char c = name[i];
    const bool dash = i == 6 || i == second;
    const bool letter = (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
    if (dash ? c != '-' : !letter) return false;
  }
  return true;
}

bool read_exim_header_file(std::string_view bytes, QueueMessage& out, EximFlags& flags) {
  std::optional<std::uint32_t> uid;
  std::set<std::string_view> reached;
  std::string header;
  if (!take_beginning(bytes, out, uid) || !take_flags(bytes, out, flags) || !take_tree(bytes, reached) ||
      !take_recipients(bytes, reached, out) || !take_headers(bytes, header))
    return false;
  // Of what came over the network it is Exim's own.
  if (out.origin.address.empty()) out.origin.uid = uid;
  const auto facts = read_headers(header);
  out.subject = facts.subject;
  out.origin.script = facts.script;
  out.origin.script_uid = facts.script_uid;
  return true;
}

std::string with_frozen_line(std::string_view bytes, std::int64_t seconds) {
  QueueMessage message;
  EximFlags flags;
  if (!read_exim_header_file(bytes, message, flags)) return {};
  if (flags.frozen) return std::string(bytes);
  const auto at = flags_begin(bytes);
  return std::string(bytes.substr(0, at)) + frozen_line(seconds) + std::string(bytes.substr(at));
}

std::string without_frozen_line(std::string_view bytes, std::int64_t seconds) {
  QueueMessage message;
  EximFlags flags;
  if (!read_exim_header_file(bytes, message, flags)) return {};
  // Exim puts it elsewhere when it writes the file anew.
  const auto line = frozen_line(seconds);
  const auto from = flags_begin(bytes);
  const auto at = bytes.find("\n" + line, from - 1);
  if (!flags.frozen || at == std::string_view::npos) return std::string(bytes);
  return std::string(bytes.substr(0, at + 1)) + std::string(bytes.substr(at + 1 + line.size()));
}

}  // namespace rescue::recovery
