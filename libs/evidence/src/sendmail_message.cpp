#include "mail_parsers.hpp"
#include "message_text.hpp"

namespace rescue::evidence {
namespace {

/// "AUTH=server, relay=host [203.0.113.5], authid=info, mech=LOGIN, bits=0"
bool parse_auth(std::string_view text, Event& event) {
  event.kind = EventKind::kServiceLogin;
  event.address = last_in_brackets(text_between(text, "relay=", ", authid="));
  event.account = text_between(text, ", authid=", ", mech=");
  event.add(FieldName::kService, "smtp");
  event.add(FieldName::kMethod, "password");
  return !event.account.empty();
}

/// "from=<a@b>, size=1, class=0, nrcpts=1, msgid=<…>, proto=ESMTP, daemon=MTA, relay=host [203.0.113.5]"
bool parse_from(std::string_view text, std::string_view id, Event& event) {
  event.kind = EventKind::kMailAccepted;
  event.add(FieldName::kQueueId, id);
  auto sender = text.substr(0, std::min(text.find(", size="), text.size()));
  if (sender.starts_with('<') && sender.ends_with('>')) sender = sender.substr(1, sender.size() - 2);
  event.add(FieldName::kSender, sender);
  event.add(FieldName::kRecipientCount, text_between(text, ", nrcpts=", ","));
  const auto relay = text.rfind(", relay=");
  const auto client = relay == text.npos ? std::string_view() : text.substr(relay + 8);
  event.address = last_in_brackets(client);
  const auto at = client.find("@localhost");
  if (event.address.empty() && at != client.npos) event.add(FieldName::kUid, client.substr(0, at));
  return true;
}

/// "to=<x@y>, ctladdr=…, delay=…, mailer=esmtp, relay=mx. [192.0.2.1], dsn=2.0.0, stat=Sent (…)"
bool parse_to(std::string_view text, std::string_view id, Event& event) {
  const auto status = text.rfind(", stat=");
  if (status == text.npos) return false;
  event.kind = EventKind::kMailDelivered;
  event.add(FieldName::kQueueId, id);
  event.add(FieldName::kRecipient, text_between(text, "<", ">"));
  const auto word = text.substr(status + 7);
  event.add(FieldName::kStatus, word.starts_with("Sent")       ? "sent"
                                : word.starts_with("Deferred") ? "deferred"
                                                               : "bounced");
  return true;
}

}  // namespace

bool parse_sendmail(std::string_view text, Event& event) {
  if (text.starts_with("AUTH=server, ")) return parse_auth(text, event);
  const auto id = take_queue_id(text);
  if (id.empty()) return false;
  if (text.starts_with("AUTH=server, ")) return parse_auth(text, event);
  if (drop_prefix(text, "from=")) return parse_from(text, id, event);
  if (drop_prefix(text, "to=")) return parse_to(text, id, event);
  if (!text.starts_with("ruleset=")) return false;
  const auto reason = text_between(text, ", reject=", "\n");
  if (reason.empty()) return false;
  event.kind = EventKind::kMailRejected;
  event.address = last_in_brackets(text_between(text, ", relay=", ", reject="));
  event.add(FieldName::kAction, reason);
  return true;
}

}  // namespace rescue::evidence
