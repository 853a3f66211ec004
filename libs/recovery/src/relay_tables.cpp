#include "relay_tables.hpp"

#include <algorithm>
#include <array>

#include "rescue/base/ascii.hpp"

namespace rescue::recovery {
namespace {

constexpr std::string_view kBlank = " \t\r";

std::string_view trimmed(std::string_view text) {
  const auto from = std::min(text.find_first_not_of(kBlank), text.size());
  text.remove_prefix(from);
  return text.substr(0, text.find_last_not_of(kBlank) + 1);
}

template <class List>
bool has(const List& list, std::string_view word) {
  return std::find(list.begin(), list.end(), word) != list.end();
}

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

}  // namespace

std::string source_of(std::string_view table) {
  constexpr std::array<std::string_view, 8> kTypes{"hash", "btree", "lmdb", "texthash",
                                                   "cdb",  "dbm",   "sdbm", "cidr"};
  for (const std::string_view around : {"proxy:", "proxywrite:"}) {
    if (table.starts_with(around)) table.remove_prefix(around.size());
  }
  const auto colon = table.find(':');
  if (colon == table.npos || !has(kTypes, table.substr(0, colon))) return {};
  const auto path = table.substr(colon + 1);
  return path.starts_with('/') ? std::string(path) : std::string();
}

std::vector<std::string> lines_as_read(std::string_view text, std::size_t most) {
  std::vector<std::string> lines;
  while (!text.empty() && lines.size() <= most) {
    const auto end = std::min(text.find('\n'), text.size());
    const auto line = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    const auto bare = trimmed(line);
    if (bare.empty() || bare.front() == '#') continue;
    if (kBlank.find(line.front()) != kBlank.npos && !lines.empty()) {
      lines.back() += " " + std::string(bare);
    } else {
      lines.emplace_back(bare);
    }
  }
  return lines;
}

std::vector<TableEntry> entries_of(std::string_view text, std::size_t most) {
  std::vector<TableEntry> entries;
  for (const auto& line : lines_as_read(text, most)) {
    const auto end = std::min(line.find_first_of(kBlank), line.size());
    entries.push_back({line.substr(0, end), std::string(trimmed(std::string_view(line).substr(end)))});
  }
  return entries;
}

Verdict kind_of(std::string_view result) {
  constexpr std::array<std::string_view, 8> kGoOn{"dunno", "hold",    "warn",     "info",
                                                  "bcc",   "prepend", "redirect", "filter"};
  constexpr std::array<std::string_view, 3> kNever{"reject", "defer", "discard"};
  result = trimmed(result);
  const auto word = lower_ascii(result.substr(0, result.find_first_of(kBlank)));
  if (word == "ok" || word == "relay") return Verdict::kPermits;
  if (!result.empty() && std::all_of(result.begin(), result.end(), is_digit)) return Verdict::kPermits;
  const bool code = word.size() == 3 && std::all_of(word.begin(), word.end(), is_digit);
  if ((code && (word[0] == '4' || word[0] == '5')) || has(kNever, word)) return Verdict::kRefuses;
  return word.empty() || has(kGoOn, word) ? Verdict::kPassesOn : Verdict::kIsAList;
}

}  // namespace rescue::recovery
