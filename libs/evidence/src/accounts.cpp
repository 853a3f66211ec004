#include "rescue/evidence/accounts.hpp"

#include <algorithm>
#include <charconv>
#include <map>

#include "rescue/base/sha256.hpp"
#include "rescue/evidence/line_reader.hpp"

namespace rescue::evidence {
namespace {

constexpr std::size_t kMostBytes = 16 << 20;

std::vector<std::string_view> split_colons(std::string_view line) {
  std::vector<std::string_view> fields;
  for (;;) {
    const auto end = line.find(':');
    fields.push_back(line.substr(0, end));
    if (end == line.npos) return fields;
    line.remove_prefix(end + 1);
  }
}

bool to_number(std::string_view text, std::uint32_t& value) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  return error == std::errc() && end == text.data() + text.size() && !text.empty();
}

/// A hash; "*", "!" and the like let nobody in, "x" says that it stands in shadow.
bool is_password(std::string_view field) {
  constexpr std::size_t kShortest = 13;  // of DES
  return field.size() >= kShortest && field.find_first_of("!*") == field.npos;
}

/// What shadow says of one account.
struct Shadow {
  bool empty = false, has_password = false;
  std::optional<std::uint32_t> day;
};

std::map<std::string, Shadow, std::less<>> parse_shadow(std::string_view text) {
  std::map<std::string, Shadow, std::less<>> found;
  while (!text.empty()) {
    const auto fields = split_colons(take_line(text));
    if (fields.size() < 2 || fields[0].empty()) continue;
    Shadow shadow{fields[1].empty(), is_password(fields[1]), std::nullopt};
    std::uint32_t day = 0;
    if (fields.size() > 2 && to_number(fields[2], day) && day > 0) shadow.day = day;
    found.emplace(fields[0], shadow);
  }
  return found;
}

}  // namespace

bool Account::can_log_in() const {
  for (const std::string_view end : {"/nologin", "/false", "/sync", "/true", "/shutdown", "/halt"}) {
    if (shell.ends_with(end)) return false;
  }
  return true;
}

std::vector<Account> parse_passwd(std::string_view text, std::size_t& bad_lines) {
  std::vector<Account> accounts;
  std::uint64_t number = 0;
  while (!text.empty()) {
    const auto line = take_line(text);
    ++number;
    if (line.empty() || line.starts_with('#') || line.starts_with('+') || line.starts_with('-')) continue;
    const auto fields = split_colons(line);
    Account account;
    if (fields.size() != 7 || fields[0].empty() || !to_number(fields[2], account.uid) ||
        !to_number(fields[3], account.gid)) {
      ++bad_lines;
      continue;
    }
    account.name = fields[0];
    account.home = fields[5];
    account.shell = fields[6];
    account.empty_password = fields[1].empty();
    account.password_here = is_password(fields[1]);
    account.has_password = account.password_here;
    account.line = number;
    account.text = account.name + ":…" + std::string(line.substr(fields[0].size() + 1 + fields[1].size()));
    accounts.push_back(std::move(account));
  }
  return accounts;
}

std::vector<GroupMember> parse_group(std::string_view text) {
  constexpr std::size_t kMost = 50'000, kMostExcerpt = 300;
  std::vector<GroupMember> members;
  std::uint64_t number = 0;
  while (!text.empty() && members.size() < kMost) {
    const auto line = take_line(text);
    ++number;
    const auto fields = split_colons(line);
    if (fields.size() != 4 || fields[0].empty()) continue;
    for (auto rest = fields[3]; !rest.empty() && members.size() < kMost;) {
      const auto end = std::min(rest.find(','), rest.size());
      if (end > 0)
        members.push_back({std::string(fields[0]), std::string(rest.substr(0, end)), number,
                           std::string(line.substr(0, kMostExcerpt))});
      rest.remove_prefix(std::min(end + 1, rest.size()));
    }
  }
  return members;
}

AccountFile read_accounts(const SafeRoot& root, Gaps& gaps) {
  AccountFile file;
  const auto text = root.read_small("/etc/passwd", kMostBytes);
  if (!text) {
    gaps.push_back({.path = "/etc/passwd",
                    .reason = text.error().detail,
                    .prevents = "knowing the accounts, their homes and keys",
                    .grave = true});
    return file;
  }
  std::size_t bad_lines = 0;
  file.accounts = parse_passwd(*text, bad_lines);
  for (std::size_t i = 0; i < file.accounts.size(); ++i) file.by_name.emplace(file.accounts[i].name, i);
  file.read = true;
  file.sha256 = sha256_hex(*text);
  if (const auto info = root.info("/etc/passwd", SafeRoot::LastLink::kFollow)) file.info = *info;
  if (bad_lines > 0) {
    gaps.push_back({.path = "/etc/passwd",
                    .reason = std::to_string(bad_lines) + " line(s) not of this file's form",
                    .prevents = "knowing these accounts"});
  }
  if (const auto groups = root.read_small("/etc/group", kMostBytes)) {
    file.members = parse_group(*groups);
    file.group_sha256 = sha256_hex(*groups);
  }
  const auto shadow = root.read_small("/etc/shadow", kMostBytes);
  if (!shadow) {
    gaps.push_back({.path = "/etc/shadow",
                    .reason = shadow.error().detail,
                    .prevents = "knowing which accounts need no password",
                    .grave = true});
    return file;
  }
  file.shadow_sha256 = sha256_hex(*shadow);
  const auto passwords = parse_shadow(*shadow);
  for (auto& account : file.accounts) {
    const auto at = passwords.find(account.name);
    if (at == passwords.end()) continue;
    account.empty_password = account.empty_password || at->second.empty;
    account.has_password = account.has_password || at->second.has_password;
    account.password_day = at->second.day;
  }
  return file;
}

}  // namespace rescue::evidence
