#include "rescue/calendar/holiday_list.hpp"

#include <fstream>
#include <map>
#include <span>
#include <stdexcept>

#include "rescue/base/embedded.hpp"
#include "rescue/base/json.hpp"

extern const std::span<const rescue::EmbeddedFile> kCalendarData;

namespace rescue::calendar {
namespace {

constexpr std::size_t kBytesMax = 1024U * 1024;
constexpr std::size_t kNameBytesMax = 200;
/// No year has had fewer since 1949.
constexpr int kHolidaysOfAYear = 9;
/// The first line of the Cabinet Office's own file.
constexpr std::string_view kCabinetHeader = "国民の祝日・休日月日,国民の祝日・休日名称";

tl::unexpected<Error> fault(const std::string& file, std::size_t line, const std::string& what) {
  return fail(ErrorCode::kInvalid, "annex-unreadable", file + ":" + std::to_string(line) + ": " + what);
}

/// The next line without its end; false when there is none.
bool take_line(std::string_view& text, std::string_view& line) {
  if (text.empty()) return false;
  const auto end = text.find('\n');
  line = text.substr(0, end);
  text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
  if (!line.empty() && line.back() == '\r') line.remove_suffix(1);
  return true;
}

/// UTF-8 without control characters, quotation marks and backslashes: what may stand in JSON as it is.
bool is_plain_text(std::string_view line) {
  return line.find('\\') == std::string_view::npos && parse_json('"' + std::string(line) + '"').has_value();
}

Result<Holiday> read_row(std::string_view line) {
  const auto comma = line.find(',');
  if (comma == std::string_view::npos) {
    return fail(ErrorCode::kInvalid, "wrong-type", "must be a day and a name with a comma between");
  }
  RESCUE_ASSIGN(const auto day, parse_day(line.substr(0, comma)));
  const auto name = line.substr(comma + 1);
  if (name.empty() || name.size() > kNameBytesMax || name.find(',') != std::string_view::npos) {
    return fail(ErrorCode::kInvalid, "wrong-type", "the name must have 1 to 200 bytes and no comma");
  }
  return Holiday{day, std::string(name)};
}

}  // namespace

Result<HolidayList> HolidayList::parse(std::string_view csv, const std::string& file, Kind kind) {
  if (csv.size() > kBytesMax) return fault(file, 1, "over 1 MiB");
  if (csv.starts_with("\xEF\xBB\xBF")) csv.remove_prefix(3);
  HolidayList out;
  std::string_view line;
  if (!take_line(csv, line) || (line != "date,name" && line != kCabinetHeader)) {
    return fault(file, 1, "the first line must be, in UTF-8: date,name");
  }
  for (std::size_t number = 2; take_line(csv, line); ++number) {
    if (!is_plain_text(line)) return fault(file, number, "is no plain UTF-8 text");
    auto row = read_row(line);
    if (!row) return fault(file, number, row.error().detail);
    if (!out.holidays_.empty() && row->day <= out.holidays_.back().day) {
      return fault(file, number, "days must be in order, each once");
    }
    out.years_.insert(year_of(row->day));
    out.holidays_.push_back(std::move(*row));
  }
  if (kind == Kind::kPublic) RESCUE_TRY(out.check_years_are_whole(file));
  return out;
}

/// A year that is half there would turn its other holidays into business days, which no rule would mend.
Status HolidayList::check_years_are_whole(const std::string& file) const {
  if (holidays_.empty()) return fault(file, 2, "holds no holidays");
  std::map<int, int> count;
  std::map<int, Day> last;
  for (const auto& holiday : holidays_) {
    ++count[year_of(holiday.day)];
    last[year_of(holiday.day)] = holiday.day;
  }
  for (const auto& [year, days] : count) {
    const std::chrono::year_month_day end(last[year]);
    if (days < kHolidaysOfAYear || end.month() < std::chrono::November) {
      return fail(ErrorCode::kInvalid, "annex-unreadable",
                  file + ": the year " + std::to_string(year) + " is not whole: it has " +
                      std::to_string(days) + " holidays, the last on " + to_string(last[year]));
    }
  }
  return {};
}

Result<HolidayList> HolidayList::load(const std::string& path, Kind kind) {
  std::ifstream in(path, std::ios::binary);
  if (!in) return fail(ErrorCode::kInvalid, "annex-unreadable", path + ": cannot be opened");
  std::string text(kBytesMax + 1, '\0');
  in.read(text.data(), static_cast<std::streamsize>(text.size()));
  if (in.bad()) return fail(ErrorCode::kInvalid, "annex-unreadable", path + ": cannot be read");
  text.resize(static_cast<std::size_t>(in.gcount()));
  return parse(text, path, kind);
}

HolidayList HolidayList::shipped() {
  const auto& file = kCalendarData.front();
  auto list = parse(file.bytes, std::string(file.name), Kind::kPublic);
  if (!list) throw std::logic_error(list.error().detail);
  return std::move(*list);
}

}  // namespace rescue::calendar
