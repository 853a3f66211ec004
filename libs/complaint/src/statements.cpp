#include "statements.hpp"

#include <algorithm>
#include <array>

#include "rescue/base/ascii.hpp"

namespace rescue::complaint {
namespace {

constexpr auto kMonths = std::to_array<std::string_view>(
    {"jan ", "feb ", "mar ", "apr ", "may ", "jun ", "jul ", "aug ", "sep ", "oct ", "nov ", "dec "});
constexpr std::size_t kFieldNameMax = 24;

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

/// "Sep 17 20:15:30 gate sshd[1]: …"
bool begins_with_month(std::string_view line) {
  const auto month = lower_ascii(line.substr(0, 4));
  const auto day = line.substr(std::min(line.find_first_not_of(' ', 4), line.size()), 1);
  return std::ranges::find(kMonths, month) != kMonths.end() && !day.empty() && is_digit(day.front());
}

/// "Source IP: …", "src=…"
bool is_field(std::string_view line) {
  const auto end = line.substr(0, kFieldNameMax).find_first_of(":=");
  return end != std::string_view::npos && end > 0 && std::ranges::count(line.substr(0, end), ' ') <= 2;
}

/// A line of a log, a list, a form; or none at all. The sentence above does not go on in it.
bool stands_alone(std::string_view line) {
  if (line.find_first_not_of(" \t\r") == std::string_view::npos) return true;
  const char first = line.front();
  return is_digit(first) || std::string_view(" \t-*|<[{").find(first) != std::string_view::npos ||
         begins_with_month(line) || is_field(line);
}

bool ends_sentence(std::string_view text, std::size_t at) {
  const bool mark = text[at] == '.' || text[at] == '!' || text[at] == '?';
  const auto next = text.substr(at + 1, 1);
  return mark && (next.empty() || next == " " || next == "\n" || next == "\r");
}

}  // namespace

std::vector<std::size_t> statement_ends(std::string_view text) {
  std::vector<std::size_t> out;
  bool alone = stands_alone(text.substr(0, text.find('\n')));
  for (std::size_t at = 0; at < text.size(); ++at) {
    if (ends_sentence(text, at) || text.substr(at).starts_with("。")) out.push_back(at + 1);
    if (text[at] != '\n') continue;
    const auto rest = text.substr(at + 1);
    const bool next_alone = stands_alone(rest.substr(0, rest.find('\n')));
    if (alone || next_alone) out.push_back(at + 1);
    alone = next_alone;
  }
  return out;
}

}  // namespace rescue::complaint
