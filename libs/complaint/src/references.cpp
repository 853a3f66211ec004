// The number under which a reporter keeps the matter.
#include <algorithm>
#include <array>
#include <set>

#include "reading.hpp"
#include "rescue/base/ascii.hpp"

namespace rescue::complaint {
namespace {

constexpr std::size_t kBytesMax = 64;
constexpr std::array<std::string_view, 9> kInSubject = {"ticket",   "case", "ref",    "cert", "abuse",
                                                        "incident", "id",   "report", "inc"};
// Longer ones first.
constexpr std::array<std::string_view, 15> kInLines = {
    "case id",   "case number", "ticket id", "ticket number",  "incident id",
    "report id", "report-id",   "reference", "case",           "ticket",
    "整理番号",  "管理番号",    "受付番号",  "問い合わせ番号", "ref"};

bool is_number_char(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
         std::string_view("-_./@").find(c) != std::string_view::npos;
}

/// What stands at the beginning, if it looks like a number: a digit is in it.
std::string number_at(std::string_view text) {
  std::size_t end = 0;
  while (end < text.size() && is_number_char(text[end])) ++end;
  while (end > 0 && (text[end - 1] == '.' || text[end - 1] == '/')) --end;
  const auto number = text.substr(0, end);
  const bool digit = std::any_of(number.begin(), number.end(), [](char c) { return c >= '0' && c <= '9'; });
  return digit && end <= kBytesMax ? std::string(number) : std::string();
}

void skip(std::string_view& text, std::string_view chars) {
  while (!text.empty() && chars.find(text.front()) != std::string_view::npos) text.remove_prefix(1);
}

/// "Case ID: X", "整理番号：X" at the beginning of a line.
std::string in_line(std::string_view line) {
  skip(line, " \t*");
  const auto lower = lower_ascii(line);
  for (const auto word : kInLines) {
    const auto at = word.front() > 0 ? (lower.starts_with(word) ? 0 : std::string::npos) : lower.find(word);
    if (at == std::string::npos) continue;
    auto rest = line.substr(at + word.size());
    skip(rest, " ");
    const bool wide = rest.starts_with("：");
    if (!wide && !rest.starts_with(':') && !rest.starts_with('#')) continue;
    rest.remove_prefix(wide ? 3 : 1);
    skip(rest, " #:");
    return number_at(rest);
  }
  return {};
}

}  // namespace

std::string reference_in_subject(std::string_view subject) {
  for (std::size_t at = 0; (at = subject.find('[', at)) != std::string_view::npos; ++at) {
    const auto inside = subject.substr(at + 1, subject.substr(at + 1).find(']'));
    const auto lower = lower_ascii(inside);
    const auto* word =
        std::find_if(kInSubject.begin(), kInSubject.end(), [&](auto one) { return lower.starts_with(one); });
    if (word == kInSubject.end()) continue;
    auto rest = inside.substr(word->size());
    if (rest.empty() || std::string_view(" #:=").find(rest.front()) == std::string_view::npos) continue;
    skip(rest, " #:=");
    const auto number = number_at(rest);
    if (!number.empty() && number.size() == rest.size()) return number;
  }
  return {};
}

std::string reference_in_lines(std::string_view text) {
  std::set<std::string> found;
  while (!text.empty()) {
    const auto end = std::min(text.find('\n'), text.size());
    // A sentence may end before it: "… of the recipient. Reference: OR-17".
    auto line = text.substr(0, end);
    for (bool more = true; more;) {
      const auto stop = line.find(". ");
      auto number = in_line(line.substr(0, stop));
      if (!number.empty()) found.insert(std::move(number));
      more = stop != std::string_view::npos;
      if (more) line.remove_prefix(stop + 2);
    }
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return found.size() == 1 ? *found.begin() : std::string();
}

std::string reference_in_field(std::string_view value) {
  const bool plain = std::all_of(value.begin(), value.end(), [](char c) { return c > ' ' && c < 127; });
  return plain && value.size() <= 200 ? std::string(value) : std::string();
}

std::string cut_utf8(std::string_view text, std::size_t bytes) {
  if (text.size() > bytes) {
    while (bytes > 0 && (static_cast<unsigned char>(text[bytes]) & 0xC0U) == 0x80U) --bytes;
    text = text.substr(0, bytes);
  }
  return std::string(text);
}

}  // namespace rescue::complaint
