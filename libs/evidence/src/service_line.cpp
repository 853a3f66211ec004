#include "rescue/evidence/service_line.hpp"

#include "civil_time.hpp"
#include "mail_parsers.hpp"
#include "message_text.hpp"
#include "package_line.hpp"

namespace rescue::evidence {
namespace {

Timestamp local(std::int64_t seconds, const TimeZone& zone) {
  return from_us(zone.to_utc(seconds) * 1'000'000);
}

/// An address at the start of `text`, up to what no address holds.
std::string_view leading_address(std::string_view text) {
  const auto end = text.find_first_not_of("0123456789abcdefABCDEF.:");
  auto address = text.substr(0, end);
  while (address.ends_with('.') || address.ends_with(':')) address.remove_suffix(1);
  drop_prefix(address, "::ffff:");
  return address;
}

bool fill(Event& event, EventKind kind, std::string_view service, std::string_view account,
          std::string_view address) {
  if (address.empty()) return false;
  event.kind = kind;
  event.account = account;
  event.address = address;
  event.add(FieldName::kService, service);
  return true;
}

/// "Access denied for user 'root'@'203.0.113.5' (using password: YES)"; "7 Connect\troot@203.0.113.5 on db
/// using …"
bool parse_mysql(std::string_view text, Event& event) {
  for (const std::string_view spoken : {" Query\t", " Execute\t", " Prepare\t"}) {
    if (text.find(spoken) != text.npos) return false;  // a client's own words
  }
  const auto denied = text.find("Access denied for user '");
  if (denied != text.npos) {
    const auto rest = text.substr(denied + 24);
    const auto host = rest.rfind("'@'");
    if (host == rest.npos) return false;
    return fill(event, EventKind::kServiceLoginFailed, "mysql", rest.substr(0, host),
                leading_address(rest.substr(host + 3)));
  }
  auto login = text.substr(std::min(text.find("Connect\t"), text.size()));
  if (!drop_prefix(login, "Connect\t")) return false;
  const auto end = login.rfind(" on ");
  const auto at = login.substr(0, end).rfind('@');
  if (at == login.npos) return false;
  return fill(event, EventKind::kServiceLogin, "mysql", login.substr(0, at),
              leading_address(login.substr(at + 1)));
}

/// "<session> Successful login for info (ID: 1) from 203.0.113.5 in session x", "Failed login for info from
/// …", "IMAP Error: Login failed for info against localhost from 203.0.113.5. …". A name may hold " from ":
/// what follows the last one counts.
bool parse_roundcube(std::string_view text, Event& event) {
  const auto from = text.rfind(" from ");
  if (from == text.npos) return false;
  const auto address = leading_address(text.substr(from + 6));
  const auto head = text.substr(0, from);
  if (const auto at = head.find("Successful login for "); at != head.npos) {
    const auto name = head.substr(at + 21);
    return fill(event, EventKind::kServiceLogin, "webmail", name.substr(0, name.rfind(" (ID: ")), address);
  }
  if (const auto at = head.find("Login failed for "); at != head.npos) {
    const auto name = head.substr(at + 17);
    return fill(event, EventKind::kServiceLoginFailed, "webmail", name.substr(0, name.rfind(" against ")),
                address);
  }
  const auto at = head.find("Failed login for ");
  if (at == head.npos) return false;
  return fill(event, EventKind::kServiceLoginFailed, "webmail", head.substr(at + 17), address);
}

/// "[Sun Sep 13 02:00:11.123456 2026] [php:error] [pid 7] [client 203.0.113.5:1234] message"
bool apache_error_line(std::string_view line, const TimeZone& zone, Event& event) {
  const auto close = line.find("] ");
  if (!line.starts_with('[') || close == line.npos || close < 25 || close > 40) return false;
  const auto seconds =
      civil_seconds(digits_at(line, close - 4, 4), month_at(line, 5), digits_at(line, 9, 2), line, 12);
  if (!seconds) return false;
  event.time = local(*seconds, zone);
  const auto client = line.find("[client ");
  if (client == line.npos) return true;
  const auto end = line.find("] ", client);
  auto address = line.substr(client + 8, end == line.npos ? line.npos : end - client - 8);
  if (address.rfind(':') == address.find(':') || address.find('.') != address.npos)
    address = address.substr(0, address.rfind(':'));
  event.kind = EventKind::kWebError;
  event.address = leading_address(address);
  event.add(FieldName::kTarget, end == line.npos ? std::string_view() : line.substr(end + 2));
  return true;
}

/// "2026/09/13 02:00:11 [error] 7#7: *1 message, client: 203.0.113.5, server: …"
bool nginx_error_line(std::string_view line, const TimeZone& zone, Event& event) {
  if (line.size() < 20 || line[4] != '/' || line[7] != '/') return false;
  const auto seconds =
      civil_seconds(digits_at(line, 0, 4), digits_at(line, 5, 2), digits_at(line, 8, 2), line, 11);
  if (!seconds) return false;
  event.time = local(*seconds, zone);
  const auto client = line.rfind(", client: ");
  if (client == line.npos) return true;
  event.kind = EventKind::kWebError;
  event.address = leading_address(line.substr(client + 10));
  const auto message = line.find(": *");
  event.add(FieldName::kTarget, line.substr(message == line.npos ? 20 : message + 2,
                                            client - (message == line.npos ? 20 : message + 2)));
  return true;
}

/// "Sun Sep 13 02:00:11 2026 [pid 7] …"
bool vsftpd_line(std::string_view line, const TimeZone& zone, Event& event) {
  if (line.size() < 26 || line[3] != ' ' || line[7] != ' ') return false;
  const int day = line[8] == ' ' ? digits_at(line, 9, 1) : digits_at(line, 8, 2);
  const auto seconds = civil_seconds(digits_at(line, 20, 4), month_at(line, 4), day, line, 11);
  if (!seconds) return false;
  event.time = local(*seconds, zone);
  return parse_vsftpd(line.substr(25), event) || true;
}

/// "2026-09-13T02:00:11.123456Z 7 …" (MySQL), "2026-09-13  2:00:11 7 …" (MariaDB), "2026-09-13 02:00:11,123
/// …" (proftpd)
bool dated_line(std::string_view line, const TimeZone& zone, Event& event) {
  if (line.size() < 20 || line[4] != '-' || line[7] != '-') return false;
  const auto seconds =
      civil_seconds(digits_at(line, 0, 4), digits_at(line, 5, 2), digits_at(line, 8, 2), line, 11);
  if (!seconds) return false;
  const auto rest = line.substr(19);
  const bool utc = line[10] == 'T' && rest.substr(0, 8).find('Z') != rest.npos;
  const auto east =
      line[10] == 'T' ? offset_at(rest.substr(0, 13), rest.substr(0, 13).find_first_of("+-")) : std::nullopt;
  event.time = utc    ? from_us(*seconds * 1'000'000)
               : east ? from_us((*seconds - *east) * 1'000'000)
                      : local(*seconds, zone);
  return parse_proftpd(rest, event) || parse_mysql(rest, event) || parse_package_line(rest, event) || true;
}

/// "[13-Sep-2026 02:00:11 +0000]: …"
bool roundcube_line(std::string_view line, const TimeZone& zone, Event& event) {
  if (!line.starts_with('[') || line.size() < 30 || line[3] != '-' || line[7] != '-') return false;
  const auto seconds =
      civil_seconds(digits_at(line, 8, 4), month_at(line, 4), digits_at(line, 1, 2), line, 13);
  const auto close = line.find("]: ");
  if (!seconds || close == line.npos) return false;
  const auto east = offset_at(line, 22);
  event.time = east ? from_us((*seconds - *east) * 1'000'000) : local(*seconds, zone);
  return parse_roundcube(line.substr(close + 3), event) || true;
}

}  // namespace

bool is_word_of_command(std::string_view line) {
  for (const std::string_view beginning :
       {"sh: ", "bash: ", "dash: ", "/bin/sh: ", "/bin/bash: ", "cat: ", "chmod: ", "  % Total"}) {
    if (line.starts_with(beginning)) return true;
  }
  return false;
}

bool parse_service_line(std::string_view line, const TimeZone& zone, Event& event) {
  return dated_line(line, zone, event) || roundcube_line(line, zone, event) ||
         nginx_error_line(line, zone, event) || apache_error_line(line, zone, event) ||
         vsftpd_line(line, zone, event);
}

}  // namespace rescue::evidence
