#include "civil_time.hpp"
#include "message_text.hpp"
#include "rescue/evidence/mail_message.hpp"

namespace rescue::evidence {
namespace {

/// "13-Sep-2026 02:00:11 UTC"
bool parse_time(std::string_view text, const TimeZone& zone, Timestamp& time) {
  if (text.size() < 21 || text[2] != '-' || text[6] != '-' || text[11] != ' ') return false;
  const auto local = civil_seconds(digits_at(text, 7, 4), month_at(text, 3), digits_at(text, 0, 2), text, 12);
  if (!local) return false;
  time = from_us((text.ends_with(" UTC") ? *local : zone.to_utc(*local)) * 1'000'000);
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
