#include "report_view.hpp"

#include <array>

namespace rescue::report {
namespace {

const Json kNothing = nullptr;

/// "2026-09-13T02:06:40+09:00" → "2026-09-13 02:06:40".
std::string without_offset(const std::string& rfc3339) {
  if (rfc3339.size() < 19) return rfc3339;
  return rfc3339.substr(0, 10) + " " + rfc3339.substr(11, 8);
}

/// "+09:00" of the text above.
std::string offset_of(const std::string& rfc3339) {
  return rfc3339.size() == 25 ? rfc3339.substr(19) : "";
}

}  // namespace

const Json& ReportView::part_of(const Json& from, const char* pointer) {
  const Json::json_pointer place(pointer);
  return from.contains(place) ? from.at(place) : kNothing;
}

std::string ReportView::text_of(const Json& from, const char* pointer) {
  const Json& value = part_of(from, pointer);
  return value.is_string() ? value.get<std::string>() : "";
}

std::string ReportView::count_of(const Json& from, const char* pointer) {
  const Json& value = part_of(from, pointer);
  return std::to_string(value.is_number_integer() ? value.get<std::int64_t>() : 0);
}

std::string ReportView::both_of(const Json& from, const char* pointer) const {
  return text_of(from, (std::string(pointer) + "/" + language_tag()).c_str());
}

std::string ReportView::say_word(const std::string& key, const std::string& word) const {
  const std::string full = key + "." + word;
  return phrases_->has(full) ? phrases_->say(full) : word;
}

std::string ReportView::japan_time(const Json& time) const {
  if (!time.is_object()) return say("time.unknown");
  return without_offset(text_of(time, "/jst"));
}

std::string ReportView::full_time(const Json& time) const {
  if (!time.is_object()) return say("time.unknown");
  const std::string japan = text_of(time, "/jst");
  const std::string server = text_of(time, "/server");
  const std::string base = without_offset(japan) + " JST";
  if (server.empty() || offset_of(server) == offset_of(japan)) return base;
  const std::string other = without_offset(server) + " " + offset_of(server);
  return base + " (" + say("time.server", {{"time", other}}) + ")";
}

std::string ReportView::spoken_time(const Json& time) const {
  const std::string japan = text_of(time, "/jst");
  if (japan.size() < 16) return say("time.unknown");
  const auto number = [&](std::size_t at) {
    return std::to_string((japan[at] - '0') * 10 + (japan[at + 1] - '0'));
  };
  const std::string year = japan.substr(0, 4);
  const std::string clock = japan.substr(11, 5);
  if (language_ == Language::kJapanese) {
    return year + "年" + number(5) + "月" + number(8) + "日 " + clock;
  }
  constexpr std::array<const char*, 12> kMonths{"January",   "February", "March",    "April",
                                                "May",       "June",     "July",     "August",
                                                "September", "October",  "November", "December"};
  const auto month = static_cast<std::size_t>((japan[5] - '0') * 10 + (japan[6] - '0'));
  if (month < 1 || month > 12) return without_offset(japan);
  return number(8) + " " + kMonths[month - 1] + " " + year + ", " + clock + " JST";
}

}  // namespace rescue::report
