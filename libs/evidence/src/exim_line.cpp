#include "civil_time.hpp"
#include "message_text.hpp"
#include "rescue/evidence/mail_message.hpp"

namespace rescue::evidence {
namespace {

/// Takes "2026-09-13 02:00:11[.123][ +0900] " off the line.
bool take_time(std::string_view& line, const TimeZone& zone, Timestamp& time) {
  if (line.size() < 20 || line[4] != '-' || line[7] != '-' || line[10] != ' ') return false;
  const auto local =
      civil_seconds(digits_at(line, 0, 4), digits_at(line, 5, 2), digits_at(line, 8, 2), line, 11);
  if (!local) return false;
  line.remove_prefix(19);
  if (line.starts_with('.')) line.remove_prefix(std::min<std::size_t>(line.find(' '), line.size()));
  const auto east = offset_at(line, 1);
  time = from_us((east ? *local - *east : zone.to_utc(*local)) * 1'000'000);
  if (east) line.remove_prefix(6);
  return drop_prefix(line, " ");
}

/// "<=" and what follows: "sender H=(helo) [192.0.2.1]:4321 P=esmtpsa A=login:user S=1 … for a b"
bool parse_arrival(std::string_view text, std::string_view id, Event& event) {
  event.kind = EventKind::kMailAccepted;
  event.add(FieldName::kQueueId, id);
  const auto sender = text.substr(0, text.find(' '));
  event.add(FieldName::kSender, sender == "<>" ? std::string_view() : sender);
  const auto protocol = std::min(text.find(" P="), text.size());
  const auto host = text_between(text.substr(0, protocol), " H=", " I=[");
  event.address = last_in_brackets(host);
  const auto rest = text.substr(protocol);
  const auto login = text_between(rest.substr(0, rest.find(" S=")), " A=", " ");
  if (const auto colon = login.find(':'); colon != login.npos) {
    event.account = login.substr(colon + 1);
    event.add(FieldName::kService, "smtp");
  }
  const auto user = text_between(text.substr(sender.size()), " U=", " ");
  if (!user.empty() && host.empty()) event.add(FieldName::kUid, user);
  return true;
}

/// "=> x@y <z@own> R=… T=… H=…": who is left out of the angle brackets stands for it.
bool parse_delivery(std::string_view text, std::string_view id, std::string_view status, Event& event) {
  event.kind = EventKind::kMailDelivered;
  event.add(FieldName::kQueueId, id);
  auto recipient = text.substr(0, text.find(' '));
  if (recipient.ends_with(':')) recipient.remove_suffix(1);
  event.add(FieldName::kRecipient, recipient);
  const auto head = text.substr(0, text.find(" R="));
  const auto whole = text_between(head, " <", ">");
  if (!whole.empty() && recipient.find('@') != recipient.npos) event.add(FieldName::kForwardOf, whole);
  event.add(FieldName::kStatus, status);
  return true;
}

/// "login authenticator failed for (x) [203.0.113.5]: 535 Incorrect authentication data (set_id=info)"
bool parse_refusal(std::string_view text, Event& event) {
  const auto auth = text.find(" authenticator failed for ");
  if (auth < 40) {
    event.kind = EventKind::kServiceLoginFailed;
    const auto data = text.find(": 535 ");
    event.address = last_in_brackets(text.substr(0, text.find(" I=[")).substr(0, data));
    event.account = text_between(text.substr(data == text.npos ? text.size() : data), "(set_id=", ")");
    event.add(FieldName::kService, "smtp");
    return true;
  }
  const auto rejected = text.find(" rejected RCPT ");
  if (rejected == text.npos || !text.starts_with("H=")) return false;
  event.kind = EventKind::kMailRejected;
  const auto host = text.substr(0, std::min(text.find(" F=<"), rejected));
  event.address = last_in_brackets(host.substr(0, host.find(" I=[")));
  event.add(FieldName::kRecipient, text_between(text, " rejected RCPT <", ">"));
  event.add(FieldName::kAction, text_between(text.substr(rejected), ">: ", "\n"));
  return true;
}

/// "1abCDe-0001ab-Cd" or, since 4.97, "1abCDe-0000000001a-2bCd"
bool is_message_id(std::string_view word) {
  return (word.size() == 16 || word.size() == 23) && word[6] == '-' &&
         word[word.size() == 16 ? 13 : 18] == '-';
}

}  // namespace

bool parse_exim_message(std::string_view text, Event& event) {
  if (text.starts_with('[')) {  // the process number, where settings ask for it
    const auto close = text.find("] ");
    if (close < 12) text.remove_prefix(close + 2);
  }
  const auto id = text.substr(0, text.find(' '));
  if (!is_message_id(id)) {
    // "cwd=/var/www/site 4 args: /usr/sbin/sendmail -t -i": which folder called sendmail
    if (!text.starts_with("cwd=") || text.find(" args: ") == text.npos) return parse_refusal(text, event);
    event.kind = EventKind::kMailScript;
    event.add(FieldName::kScript, text_between(text, "cwd=", " "));
    return true;
  }
  text.remove_prefix(std::min(id.size() + 1, text.size()));
  if (drop_prefix(text, "<= ")) return parse_arrival(text, id, event);
  if (drop_prefix(text, "=> ") || drop_prefix(text, "-> ") || drop_prefix(text, ">> ")) {
    return parse_delivery(text, id, "sent", event);
  }
  if (drop_prefix(text, "** ")) return parse_delivery(text, id, "bounced", event);
  if (drop_prefix(text, "== ")) return parse_delivery(text, id, "deferred", event);
  if (text != "Completed") return false;
  event.kind = EventKind::kMailDone;
  event.add(FieldName::kQueueId, id);
  return true;
}

bool parse_exim_line(std::string_view line, const TimeZone& zone, Event& event) {
  if (!take_time(line, zone, event.time)) return false;
  event.program = "exim";
  if (!parse_exim_message(line, event)) {
    event.kind = EventKind::kOther;
    event.field_count = 0;
  }
  return true;
}

}  // namespace rescue::evidence
