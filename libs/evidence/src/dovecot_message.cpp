#include "mail_parsers.hpp"
#include "message_text.hpp"

namespace rescue::evidence {
namespace {

/// "user=<info@example.com>, method=PLAIN, rip=203.0.113.5, lip=…": the name comes first and may hold
/// anything, the address is taken from the right.
void fill_login(std::string_view text, Event& event) {
  const auto user = text.find("user=<");
  const auto method = text.rfind(">, method=");
  const auto address = text.rfind(", rip=");
  if (user != text.npos) {
    const auto from = user + 6;
    const auto end = method != text.npos && method >= from ? method : text.find('>', from);
    event.account = text.substr(from, end == text.npos ? text.npos : end - from);
  }
  if (address != text.npos) {
    const auto rest = text.substr(address + 6);
    event.address = rest.substr(0, rest.find(','));
  }
}

}  // namespace

bool parse_dovecot(std::string_view text, Event& event) {
  const auto colon = text.find("-login: ");
  if (colon < 16) {
    event.add(FieldName::kService, text.substr(0, colon));  // imap, pop3, managesieve, submission
    text.remove_prefix(colon + 8);
  }
  drop_prefix(text, "Info: ");
  if (text.starts_with("Login: user=<") || text.starts_with("Logged in: user=<")) {
    event.kind = EventKind::kServiceLogin;
    fill_login(text, event);
    event.add(FieldName::kMethod, "password");
    return true;
  }
  const auto failed = text.find("(auth failed, ");
  if (failed > 100) return false;
  event.kind = EventKind::kServiceLoginFailed;
  const auto attempts = text.substr(failed + 14);
  event.add(FieldName::kRepeat, attempts.substr(0, attempts.find(' ')));
  fill_login(text, event);
  return true;
}

}  // namespace rescue::evidence
