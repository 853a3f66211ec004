#include "output/plain_text.hpp"

#include <algorithm>
#include <array>
#include <cstdio>

namespace rescue::ctl {
namespace {

/// One character of UTF-8, or one byte that is none (`valid` false).
struct Character {
  char32_t code = 0;
  std::size_t bytes = 1;
  bool valid = false;
};

Character decode(std::string_view text) {
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  const unsigned char first = byte(0);
  if (first < 0x80) return {first, 1, true};
  const std::size_t length = first >= 0xf0 && first < 0xf5 ? 4 : first >= 0xe0 ? 3 : first >= 0xc2 ? 2 : 0;
  if (length == 0 || first >= 0xf5 || text.size() < length) return {first, 1, false};
  char32_t code = first & (0xffU >> (length + 1));
  for (std::size_t i = 1; i < length; ++i) {
    if ((byte(i) & 0xc0U) != 0x80U) return {first, 1, false};
    code = (code << 6U) | (byte(i) & 0x3fU);
  }
  static constexpr std::array<char32_t, 5> kSmallest = {0, 0, 0x80, 0x800, 0x10000};
  const bool surrogate = code >= 0xd800 && code <= 0xdfff;
  if (code < kSmallest.at(length) || code > 0x10ffff || surrogate) return {first, 1, false};
  return {code, length, true};
}

/// Characters that move the cursor or turn the direction of the text.
bool steers(char32_t code) {
  return code < 0x20 || (code >= 0x7f && code < 0xa0) || (code >= 0x200e && code <= 0x200f) ||
         (code >= 0x2028 && code <= 0x202e) || (code >= 0x2066 && code <= 0x2069) || code == 0xfeff;
}

/// Unicode's East Asian Width W and F, in the blocks that are all wide (UAX #11).
bool is_wide(char32_t code) {
  return (code >= 0x1100 && code <= 0x115f) || (code >= 0x2e80 && code <= 0xa4cf) ||
         (code >= 0xac00 && code <= 0xd7a3) || (code >= 0xf900 && code <= 0xfaff) ||
         (code >= 0xfe30 && code <= 0xfe4f) || (code >= 0xff00 && code <= 0xff60) ||
         (code >= 0xffe0 && code <= 0xffe6) || (code >= 0x1f300 && code <= 0x1faff) ||
         (code >= 0x20000 && code <= 0x3fffd);
}

std::string shown(const Character& c) {
  std::array<char, 16> out{};
  std::snprintf(out.data(), out.size(), c.code < 0x80 || !c.valid ? "\\x%02x" : "\\u%04x",
                static_cast<unsigned>(c.code));
  return out.data();
}

std::string padded(const std::string& text, std::size_t width) {
  const auto own = display_width(text);
  return own < width ? text + std::string(width - own, ' ') : text;
}

std::string row_text(const std::vector<std::string>& cells, const std::vector<std::size_t>& widths) {
  std::string line;
  for (std::size_t i = 0; i < cells.size(); ++i) {
    line += i + 1 < cells.size() ? padded(cells[i], widths[i]) + "  " : cells[i];
  }
  return line.substr(0, line.find_last_not_of(' ') + 1) + "\n";
}

}  // namespace

std::string escaped(std::string_view text) {
  std::string out;
  while (!text.empty()) {
    const auto c = decode(text);
    out += c.valid && !steers(c.code) ? std::string(text.substr(0, c.bytes)) : shown(c);
    text.remove_prefix(c.bytes);
  }
  return out;
}

std::size_t display_width(std::string_view text) {
  std::size_t width = 0;
  while (!text.empty()) {
    const auto c = decode(text);
    width += c.valid && is_wide(c.code) ? 2 : 1;
    text.remove_prefix(c.bytes);
  }
  return width;
}

std::string table(const std::vector<std::string>& header, const std::vector<std::vector<std::string>>& rows) {
  std::vector<std::vector<std::string>> lines = {header};
  for (const auto& row : rows) {
    lines.emplace_back();
    for (const auto& cell : row) lines.back().push_back(escaped(cell));
  }
  std::vector<std::size_t> widths(header.size(), 0);
  for (const auto& line : lines) {
    for (std::size_t i = 0; i < line.size(); ++i) widths[i] = std::max(widths[i], display_width(line[i]));
  }
  std::string out;
  for (const auto& line : lines) out += row_text(line, widths);
  return out;
}

std::string facts(const std::vector<std::pair<std::string, std::string>>& lines) {
  std::size_t width = 0;
  for (const auto& [name, value] : lines) width = std::max(width, name.size() + 1);
  std::string out;
  for (const auto& [name, value] : lines) out += padded(name + ":", width) + "  " + escaped(value) + "\n";
  return out;
}

std::string field(const Json& object, std::string_view key) {
  const auto it = object.is_object() ? object.find(key) : object.end();
  if (it == object.end() || it->is_null()) return "-";
  if (it->is_string()) return it->get<std::string>();
  if (!it->is_array()) return dump_json(*it);
  std::string joined;
  for (const auto& item : *it) {
    joined += (joined.empty() ? "" : ", ") + (item.is_string() ? item.get<std::string>() : dump_json(item));
  }
  return joined.empty() ? "-" : joined;
}

std::string done_or_waiting(const Json& answer, const std::string& done) {
  if (!answer.contains("waiting_for")) return escaped(done) + "\n";
  return escaped("Another operator has to agree: task " + field(answer, "task_id")) + ".\n";
}

}  // namespace rescue::ctl
