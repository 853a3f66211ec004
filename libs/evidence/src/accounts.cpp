#include "rescue/evidence/accounts.hpp"

#include <algorithm>
#include <charconv>
#include <set>

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

/// Names whose field in shadow is empty.
std::set<std::string, std::less<>> without_password(std::string_view shadow) {
  std::set<std::string, std::less<>> names;
  while (!shadow.empty()) {
    const auto fields = split_colons(take_line(shadow));
    if (fields.size() >= 2 && !fields[0].empty() && fields[1].empty()) names.emplace(fields[0]);
  }
  return names;
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
    account.line = number;
    account.text = account.name + ":…" + std::string(line.substr(fields[0].size() + 1 + fields[1].size()));
    accounts.push_back(std::move(account));
  }
  return accounts;
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
  file.read = true;
  file.sha256 = sha256_hex(*text);
  if (const auto info = root.info("/etc/passwd", SafeRoot::LastLink::kFollow)) file.info = *info;
  if (bad_lines > 0) {
    gaps.push_back({.path = "/etc/passwd",
                    .reason = std::to_string(bad_lines) + " line(s) not of this file's form",
                    .prevents = "knowing these accounts"});
  }
  const auto shadow = root.read_small("/etc/shadow", kMostBytes);
  if (!shadow) {
    gaps.push_back({.path = "/etc/shadow",
                    .reason = shadow.error().detail,
                    .prevents = "knowing which accounts need no password",
                    .grave = true});
    return file;
  }
  const auto empty = without_password(*shadow);
  for (auto& account : file.accounts) {
    if (empty.contains(account.name)) account.empty_password = true;
  }
  return file;
}

}  // namespace rescue::evidence
