#include "command_history.hpp"

#include <charconv>

#include "message_text.hpp"

namespace rescue::evidence {
namespace {

/// Seconds since 1970 that can be a time of a command.
std::optional<Timestamp> epoch(std::string_view digits) {
  std::int64_t seconds = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), seconds);
  constexpr std::int64_t kEarliest = 100'000'000, kLatest = 253'402'300'799;
  if (error != std::errc() || end != digits.data() + digits.size() || seconds < kEarliest ||
      seconds > kLatest)
    return std::nullopt;
  return from_us(seconds * 1'000'000);
}

/// "\! id" or "system id" of mysql(1); "" for SQL.
std::string_view shell_of_sql(std::string_view line) {
  if (drop_prefix(line, "\\! ") || drop_prefix(line, "\\!\\040") || drop_prefix(line, "system ") ||
      drop_prefix(line, "system\\040"))
    return line;
  return {};
}

std::string_view shell_of_python(std::string_view line) {
  for (const std::string_view call :
       {"system(", "popen(", "Popen(", "subprocess.run(", "check_output(", "subprocess.call("}) {
    const auto at = line.find(call);
    if (at == line.npos) continue;
    const auto from = line.find_first_of("'\"", at);
    if (from == line.npos) continue;
    const auto to = line.find(line[from], from + 1);
    return line.substr(from + 1, to == line.npos ? line.npos : to - from - 1);
  }
  return {};
}

}  // namespace

CommandHistory::CommandHistory(std::string_view path) {
  const auto name = path.substr(path.rfind('/') + 1);
  if (name.starts_with(".mysql") || name.starts_with(".mariadb")) kind_ = Kind::kSql;
  if (name.starts_with(".python")) kind_ = Kind::kPython;
}

bool CommandHistory::add(std::string_view line, Event& event) {
  if (kind_ == Kind::kSql) line = shell_of_sql(line);
  if (kind_ == Kind::kPython) line = shell_of_python(line);
  if (kind_ == Kind::kShell && line.starts_with('#')) {
    if (const auto time = epoch(line.substr(1))) {
      time_ = time;
      return false;
    }
  }
  if (kind_ == Kind::kShell && line.starts_with(": ")) {
    const auto colon = line.find(':', 2);
    const auto semicolon = line.find(';');
    const auto time = colon == line.npos ? std::nullopt : epoch(line.substr(2, colon - 2));
    if (time && semicolon != line.npos) {
      time_ = time;
      line.remove_prefix(semicolon + 1);
    }
  }
  if (line.empty()) return false;
  event.kind = EventKind::kCommandRun;
  if (time_) {
    event.time = *time_;
  } else {
    event.precision = TimePrecision::kUnknown;
  }
  event.add(FieldName::kCommand, line);
  event.add(FieldName::kService, "history");
  return true;
}

}  // namespace rescue::evidence
