#include <chrono>

#include "message_text.hpp"
#include "rescue/evidence/mail_message.hpp"

namespace rescue::evidence {
namespace {

int number_at(std::string_view text, std::size_t at, std::size_t count) {
  int value = 0;
  for (std::size_t i = at; i < at + count; ++i) {
    if (text[i] < '0' || text[i] > '9') return -1;
    value = value * 10 + (text[i] - '0');
  }
  return value;
}

/// "13-Sep-2026 02:00:11 UTC"
bool parse_time(std::string_view text, const TimeZone& zone, Timestamp& time) {
  static constexpr std::string_view kMonths = "JanFebMarAprMayJunJulAugSepOctNovDec";
  if (text.size() < 21 || text[2] != '-' || text[6] != '-' || text[11] != ' ' || text[14] != ':' ||
      text[17] != ':') {
    return false;
  }
  const auto month = kMonths.find(text.substr(3, 3));
  const int day = number_at(text, 0, 2), year = number_at(text, 7, 4);
  const int h = number_at(text, 12, 2), m = number_at(text, 15, 2), s = number_at(text, 18, 2);
  if (month == kMonths.npos || month % 3 != 0 || day < 1 || day > 31 || year < 1970 || h < 0 || h > 23 ||
      m < 0 || m > 59 || s < 0 || s > 60) {
    return false;
  }
  using namespace std::chrono;
  const auto first = sys_days(std::chrono::year(year) / static_cast<unsigned>(month / 3 + 1) / 1);
  const std::int64_t local = (first.time_since_epoch().count() + day - 1) * 86400 + h * 3600 + m * 60 + s;
  time = from_us((text.ends_with(" UTC") ? local : zone.to_utc(local)) * 1'000'000);
  return true;
}

}  // namespace

bool parse_php_mail_message(std::string_view text, Event& event) {
  if (!drop_prefix(text, "mail() on [")) return false;
  const auto to = text.find("]: To: ");
  if (to == text.npos) return false;
  event.kind = EventKind::kMailScript;
  const auto script = text.substr(0, to);
  event.add(FieldName::kScript, script.substr(0, script.rfind(':')));
  const auto rest = text.substr(to + 7);
  event.add(FieldName::kRecipient, rest.substr(0, rest.find(" -- ")));
  return true;
}

bool parse_php_mail_line(std::string_view line, const TimeZone& zone, Event& event) {
  const auto close = line.find("] ");
  if (!line.starts_with('[') || close == line.npos ||
      !parse_time(line.substr(1, close - 1), zone, event.time)) {
    return false;
  }
  event.program = "php";
  if (!parse_php_mail_message(line.substr(close + 2), event)) {
    event.kind = EventKind::kOther;
    event.field_count = 0;
  }
  return true;
}

}  // namespace rescue::evidence
