#include "mail_parsers.hpp"
#include "message_text.hpp"

namespace rescue::evidence {
namespace {

/// "warning: unknown[203.0.113.5]: SASL LOGIN authentication failed: …, sasl_username=info@example.com"
bool parse_refused_login(std::string_view text, Event& event) {
  const auto mark = text.find("]: SASL ");
  if (mark == text.npos || text.find(" authentication failed", mark) == text.npos) return false;
  event.kind = EventKind::kServiceLoginFailed;
  event.address = last_in_brackets(text.substr(0, mark + 1));
  event.account = text_between(text.substr(mark), "sasl_username=", ", ");
  event.add(FieldName::kService, "smtp");
  return true;
}

/// "NOQUEUE: reject: RCPT from unknown[203.0.113.5]: 454 4.7.1 <x@y>: Relay access denied; from=<a@b>
/// to=<x@y>"
bool parse_reject(std::string_view text, Event& event) {
  if (!drop_prefix(text, "reject: ")) return false;
  const auto client = text_between(text, " from ", "]: ");
  if (client.empty()) return false;
  event.kind = EventKind::kMailRejected;
  event.address = client.substr(std::min(client.rfind('[') + 1, client.size()));
  event.add(FieldName::kRecipient, text_between(text, " to=<", "> proto="));
  event.add(FieldName::kAction, text_between(text, ">: ", ";"));
  return true;
}

}  // namespace

bool parse_postfix_smtpd(std::string_view text, Event& event) {
  if (drop_prefix(text, "warning: ")) return parse_refused_login(text, event);
  if (drop_prefix(text, "NOQUEUE: ")) return parse_reject(text, event);
  const auto id = take_queue_id(text);
  if (id.empty()) return false;
  if (text.starts_with("reject: ")) return parse_reject(text, event);
  if (!drop_prefix(text, "client=")) return false;
  event.kind = EventKind::kMailAccepted;
  event.add(FieldName::kQueueId, id);
  // A content filter hands the message in again and says whose it was.
  const auto orig = text_between(text, "orig_client=", ", ");
  event.address = last_in_brackets(orig.empty() ? text.substr(0, text.find(", ")) : orig);
  event.account = text_between(text, ", sasl_username=", ", ");
  if (!event.account.empty()) event.add(FieldName::kService, "smtp");
  return true;
}

bool parse_postfix_pickup(std::string_view text, Event& event) {
  const auto id = take_queue_id(text);
  if (id.empty() || !drop_prefix(text, "uid=")) return false;
  event.kind = EventKind::kMailAccepted;
  event.add(FieldName::kQueueId, id);
  event.add(FieldName::kUid, text.substr(0, text.find(' ')));
  const auto from = text.find(" from=<");
  if (from != text.npos && text.ends_with('>')) {
    event.add(FieldName::kSender, text.substr(from + 7, text.size() - from - 8));
  }
  return true;
}

bool parse_postfix_cleanup(std::string_view text, Event& event) {
  // header_checks with WARN or INFO: "<id>: warning: header X-PHP-Originating-Script: 33:a.php from local; …"
  const auto id = take_queue_id(text);
  const auto header = text_between(text, "header X-PHP-Originating-Script: ", " from ");
  const auto colon = header.find(':');
  if (id.empty() || colon == header.npos) return false;
  event.kind = EventKind::kMailScript;
  event.add(FieldName::kQueueId, id);
  event.add(FieldName::kUid, header.substr(0, colon));
  event.add(FieldName::kScript, header.substr(colon + 1));
  return true;
}

bool parse_postfix_qmgr(std::string_view text, Event& event) {
  const auto id = take_queue_id(text);
  if (id.empty()) return false;
  if (text == "removed") {
    event.kind = EventKind::kMailDone;
    event.add(FieldName::kQueueId, id);
    return true;
  }
  // From the right: a sender may hold anything.
  const auto size = text.rfind(">, size=");
  const auto count = text.rfind(", nrcpt=");
  if (!text.starts_with("from=<") || size == text.npos || count == text.npos || count < size) return false;
  event.kind = EventKind::kMailQueued;
  event.add(FieldName::kQueueId, id);
  event.add(FieldName::kSender, text.substr(6, size - 6));
  event.add(FieldName::kSize, text.substr(size + 8, count - size - 8));
  const auto number = text.substr(count + 8);
  event.add(FieldName::kRecipientCount, number.substr(0, number.find(' ')));
  return true;
}

bool parse_postfix_delivery(std::string_view text, Event& event) {
  const auto id = take_queue_id(text);
  if (id.empty() || !drop_prefix(text, "to=<")) return false;
  const auto relay = text.find(">, relay=");
  const auto status = text.find(", status=", relay == text.npos ? 0 : relay);
  if (relay == text.npos || status == text.npos) return false;
  event.kind = EventKind::kMailDelivered;
  event.add(FieldName::kQueueId, id);
  const auto addresses = text.substr(0, relay);
  const auto orig = addresses.find(">, orig_to=<");
  event.add(FieldName::kRecipient, addresses.substr(0, orig));
  if (orig != addresses.npos) event.add(FieldName::kForwardOf, addresses.substr(orig + 12));
  const auto word = text.substr(status + 9);
  event.add(FieldName::kStatus, word.substr(0, word.find(' ')));
  return true;
}

}  // namespace rescue::evidence
