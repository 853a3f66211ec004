#include "rescue/recovery/postfix_text.hpp"
#include "text_parts.hpp"

#include <algorithm>
#include <cstdint>

namespace rescue::recovery {
namespace {

bool is_space(char c) {
  return c == ' ' || c == '\t' || c == '\r';
}

std::string_view trimmed(std::string_view text) {
  while (!text.empty() && (is_space(text.front()) || text.front() == '\n')) text.remove_prefix(1);
  while (!text.empty() && (is_space(text.back()) || text.back() == '\n')) text.remove_suffix(1);
  return text;
}

bool is_comment(std::string_view line) {
  const auto text = trimmed(line);
  return text.empty() || text.front() == '#';
}

bool goes_on(std::string_view line) {
  return !line.empty() && is_space(line.front()) && !is_comment(line);
}

/// The first line behind the logical line that begins at `at`.
std::size_t end_of_logical(const std::vector<std::string_view>& lines, std::size_t at) {
  std::size_t end = at + 1;
  for (std::size_t i = end; i < lines.size(); ++i) {
    if (goes_on(lines[i])) {
      end = i + 1;
    } else if (!is_comment(lines[i])) {
      break;
    }
  }
  return end;
}

std::string_view name_of(std::string_view line) {
  const auto equals = line.find('=');
  return equals == line.npos ? std::string_view() : trimmed(line.substr(0, equals));
}

/// The options of one piece of a service's entry, with the override replaced.
std::string replaced(std::string_view piece, std::string_view name, std::string_view value) {
  std::string out;
  std::size_t copied = 0;
  for (auto at = piece.find("-o"); at != piece.npos; at = piece.find("-o", at)) {
    const bool word = at == 0 || is_space(piece[at - 1]);
    at += 2;
    if (!word) continue;
    while (at < piece.size() && is_space(piece[at])) ++at;
    const bool braces = at < piece.size() && piece[at] == '{';
    const auto from = at + (braces ? 1 : 0);
    const auto end =
        std::min(piece.find_first_of(braces ? "}" : " \t\r\n", std::min(from, piece.size())), piece.size());
    const auto option = piece.substr(std::min(from, piece.size()), end - std::min(from, piece.size()));
    if (name_of(option) == name) {
      const auto equals = from + option.find('=');
      out += piece.substr(copied, equals + 1 - copied);
      out += value;
      if (braces) out += ' ';
      copied = end;
    }
    at = end;
  }
  return out += piece.substr(copied);
}

}  // namespace

std::string with_setting(std::string_view text, std::string_view name, std::string_view value) {
  const auto lines = whole_lines(text);
  std::size_t found = lines.size();
  for (std::size_t i = 0; i < lines.size(); ++i) {
    if (!is_comment(lines[i]) && !is_space(lines[i].front()) && name_of(lines[i]) == name) found = i;
  }
  const std::string setting = std::string(name) + " = " + std::string(value) + "\n";
  std::string out;
  const auto end = found < lines.size() ? end_of_logical(lines, found) : found;
  for (std::size_t i = 0; i < lines.size(); ++i) {
    if (i == found) {
      out += setting;
    } else if (i < found || i >= end || is_comment(lines[i])) {
      out += lines[i];
    }
  }
  if (found < lines.size()) return out;
  if (!out.empty() && out.back() != '\n') out += '\n';
  return out + setting;
}

std::string with_override(std::string_view text, std::uint64_t line, std::string_view name,
                          std::string_view value) {
  const auto lines = whole_lines(text);
  if (line == 0 || line > lines.size()) return std::string(text);
  const std::size_t first = line - 1;
  const auto end = end_of_logical(lines, first);
  std::string out;
  for (std::size_t i = 0; i < lines.size(); ++i) {
    const bool inside = i >= first && i < end && !is_comment(lines[i]);
    out += inside ? replaced(lines[i], name, value) : std::string(lines[i]);
  }
  return out;
}

std::string without_word(std::string_view text, std::string_view word) {
  constexpr std::string_view kBetween = ", \t\r\n";
  std::string out;
  for (const auto line : whole_lines(text)) {
    if (is_comment(line)) {
      out += line;
      continue;
    }
    std::string left;
    bool others = false, found = false;
    for (std::size_t at = 0; at < line.size();) {
      const auto from = std::min(line.find_first_not_of(kBetween, at), line.size());
      const auto end = std::min(line.find_first_of(kBetween, from), line.size());
      const bool goes = line.substr(from, end - from) == word;
      found = found || goes;
      others = others || (!goes && end > from);
      if (!goes) left += line.substr(at, end - at);
      at = end;
    }
    // A line that began with its word does not become one that goes on.
    if (found && !is_space(line.front())) left.erase(0, left.find_first_not_of(", \t"));
    if (!found || others) out += found ? left : std::string(line);
  }
  return out;
}

}  // namespace rescue::recovery
