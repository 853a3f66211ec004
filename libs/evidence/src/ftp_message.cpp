#include "mail_parsers.hpp"
#include "message_text.hpp"

namespace rescue::evidence {
namespace {

bool fill(Event& event, EventKind kind, std::string_view account, std::string_view address) {
  event.kind = kind;
  event.account = account;
  event.address = address;
  drop_prefix(event.address, "::ffff:");
  event.add(FieldName::kService, "ftp");
  return true;
}

}  // namespace

bool parse_pure_ftpd(std::string_view text, Event& event) {
  // "(?@203.0.113.5) [WARNING] Authentication failed for user [admin]", "(…) [INFO] web is now logged in"
  const auto close = text.find(") [");
  const auto at = text.substr(0, close).rfind('@');
  if (!text.starts_with('(') || close == text.npos || at == text.npos) return false;
  const auto address = text.substr(at + 1, close - at - 1);
  auto message = text.substr(std::min(text.find("] ", close) + 2, text.size()));
  if (drop_prefix(message, "Authentication failed for user [") && message.ends_with(']')) {
    return fill(event, EventKind::kServiceLoginFailed, message.substr(0, message.size() - 1), address);
  }
  constexpr std::string_view kEnd = " is now logged in";
  if (!message.ends_with(kEnd)) return false;
  return fill(event, EventKind::kServiceLogin, message.substr(0, message.size() - kEnd.size()), address);
}

bool parse_proftpd(std::string_view text, Event& event) {
  // "host (pc[203.0.113.5]): USER web: Login successful.", "… USER web (Login failed): Incorrect password."
  const auto mark = text.find("]): USER ");
  if (mark == text.npos) return false;
  const auto address = last_in_brackets(text.substr(0, mark + 1));
  const auto rest = text.substr(mark + 9);
  if (rest.ends_with(": Login successful.") || rest.ends_with(": Login successful")) {
    return fill(event, EventKind::kServiceLogin, rest.substr(0, rest.rfind(": Login")), address);
  }
  auto end = rest.rfind(" (Login failed)");
  if (end == rest.npos) end = rest.rfind(": no such user");
  if (end == rest.npos) return false;
  return fill(event, EventKind::kServiceLoginFailed, rest.substr(0, end), address);
}

bool parse_vsftpd(std::string_view text, Event& event) {
  // "[pid 7] [web] OK LOGIN: Client \"203.0.113.5\"", behind the date of its own log or in syslog
  const auto client = text.rfind("LOGIN: Client \"");
  if (client == text.npos) return false;
  const auto address = text_between(text.substr(client), "Client \"", "\"");
  const bool ok = text.substr(0, client).ends_with("] OK ");
  if (!ok && !text.substr(0, client).ends_with("] FAIL ")) return false;
  auto name = text.substr(0, client - (ok ? 5 : 7));
  const auto pid = name.find("] [");
  name = name.substr(pid == name.npos ? name.rfind('[') + 1 : pid + 3);
  return fill(event, ok ? EventKind::kServiceLogin : EventKind::kServiceLoginFailed, name, address);
}

}  // namespace rescue::evidence
