#include "queue_headers.hpp"

#include <array>
#include <charconv>

#include "rescue/base/ascii.hpp"

namespace rescue::recovery {
namespace {

constexpr std::size_t kMostSubjectBytes = 200;
constexpr std::size_t kMostValueBytes = 4096;

std::string_view trim(std::string_view text) {
  constexpr std::string_view kSpace = " \t\r\n";
  const auto from = text.find_first_not_of(kSpace);
  if (from == std::string_view::npos) return {};
  return text.substr(from, text.find_last_not_of(kSpace) - from + 1);
}

/// Takes a line off `text`, without its end.
std::string_view take_line(std::string_view& text) {
  const auto end = text.find('\n');
  auto line = text.substr(0, end);
  text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
  if (line.ends_with('\r')) line.remove_suffix(1);
  return line;
}

bool has_prefix(std::string_view line, std::string_view lower_prefix) {
  return line.size() >= lower_prefix.size() &&
         lower_ascii(line.substr(0, lower_prefix.size())) == lower_prefix;
}

std::optional<std::uint32_t> number(std::string_view text) {
  std::uint32_t value = 0;
  const auto [stop, fault] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (fault != std::errc() || stop == text.data()) return std::nullopt;
  return value;
}

std::string_view between(std::string_view text, std::string_view before, std::string_view ends) {
  const auto at = text.find(before);
  if (at == std::string_view::npos) return {};
  text.remove_prefix(at + before.size());
  return text.substr(0, text.find_first_of(ends));
}

/// "33:mail.php" of PHP; "shop.example/form/mail.php for 192.0.2.7" of control panels.
void take_script(std::string_view value, HeaderFacts& out) {
  value = value.substr(0, value.find_first_of(" \t"));
  const auto colon = value.find(':');
  if (colon != std::string_view::npos) out.script_uid = number(value.substr(0, colon));
  out.script = value.substr(value.find_last_of("/:") + 1);
}

void take_header(std::string_view name, std::string_view value, HeaderFacts& out) {
  const auto lower = lower_ascii(name);
  if (lower == "received" && out.received.empty()) out.received = value;
  if (lower == "subject" && out.subject.empty()) out.subject = value.substr(0, kMostSubjectBytes);
  if (lower == "return-path" && out.return_path.empty()) out.return_path = between(value, "<", ">");
  if ((lower == "x-php-originating-script" || lower == "x-php-script") && out.script.empty())
    take_script(value, out);
}

/// postfix's and exim's Received line: who connected, who had logged in, the name of the message.
void read_received(std::string_view received, BouncedOriginal& out) {
  if (received.starts_with("from ")) {
    auto address = between(received, "[", "]");
    if (address.starts_with("IPv6:")) address.remove_prefix(5);
    out.origin.address = address;
  }
  out.origin.account = between(received, "Authenticated sender: ", ")");
  if (out.id.empty()) out.id = between(received, " id ", "; \t");
  out.origin.uid = local_uid(received);
  if (out.origin.account.empty()) read_login(received, out.origin);
}

/// Where the repeated header begins: after the part's own header in MIME, after Exim's dividing line.
std::string_view repeated_header(std::string_view text) {
  bool in_part = false;
  while (!text.empty()) {
    const auto line = take_line(text);
    if (has_prefix(line, "content-type: message/rfc822") ||
        has_prefix(line, "content-type: text/rfc822-headers") ||
        has_prefix(line, "content-type: message/global")) {
      in_part = true;
    } else if (line.starts_with("------ This is a copy of")) {
      in_part = true;
    } else if (in_part && trim(line).empty()) {
      while (text.starts_with('\n')) text.remove_prefix(1);
      return text;
    }
  }
  return {};
}

}  // namespace

HeaderFacts read_headers(std::string_view text) {
  HeaderFacts out;
  while (!text.empty()) {
    const auto line = take_line(text);
    if (line.empty()) break;
    std::string unfolded(line.substr(0, kMostValueBytes));
    while (text.starts_with(' ') || text.starts_with('\t')) {
      const auto more = trim(take_line(text));
      if (unfolded.size() < kMostValueBytes) unfolded += " " + std::string(more.substr(0, kMostValueBytes));
    }
    const auto colon = unfolded.find(':');
    if (colon == std::string::npos) continue;
    const std::string_view all = unfolded;
    take_header(trim(all.substr(0, colon)), trim(all.substr(colon + 1)), out);
  }
  return out;
}

std::optional<std::uint32_t> local_uid(std::string_view received) {
  if (!received.starts_with("by ")) return std::nullopt;
  const auto digits = between(received, "(Postfix, from userid ", ")");
  return digits.empty() ? std::nullopt : number(digits);
}

void read_login(std::string_view received, MessageOrigin& out) {
  constexpr std::array<std::string_view, 4> kNamed = {"(user=", "(authenticated user=", "(authenticated as ",
                                                      "(authenticated: "};
  received = received.substr(0, received.find(" by "));
  for (const auto mark : kNamed)
    if (out.account.empty()) out.account = between(received, mark, " )");
  out.logged_in = !out.account.empty() || received.find("(authenticated") != std::string_view::npos;
}

std::optional<BouncedOriginal> read_bounced_original(std::string_view content) {
  BouncedOriginal out;
  bool found = false, has_sender = false;
  auto rest = content;
  while (!rest.empty()) {
    const auto line = take_line(rest);
    if (has_prefix(line, "x-postfix-queue-id:")) {
      out.id = trim(line.substr(19));
      found = true;
    } else if (has_prefix(line, "x-postfix-sender:")) {
      const auto semicolon = line.find(';');
      if (semicolon != std::string_view::npos) out.origin.sender = trim(line.substr(semicolon + 1));
      has_sender = true;
    }
    if (found && has_sender) break;
  }
  const auto header = repeated_header(content);
  if (!found && header.empty()) return std::nullopt;
  const auto facts = read_headers(header);
  read_received(facts.received, out);
  if (!has_sender) out.origin.sender = facts.return_path;
  out.origin.script = facts.script;
  out.origin.script_uid = facts.script_uid;
  return out;
}

}  // namespace rescue::recovery
