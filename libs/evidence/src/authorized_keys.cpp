#include "rescue/evidence/authorized_keys.hpp"

#include <algorithm>
#include <array>
#include <set>

#include "rescue/base/base64.hpp"
#include "rescue/base/sha256.hpp"
#include "rescue/evidence/line_reader.hpp"

namespace rescue::evidence {
namespace {

constexpr std::size_t kMostBytes = 4 << 20;

bool is_key_type(std::string_view word) {
  return word.starts_with("ssh-") || word.starts_with("ecdsa-sha2-") || word.starts_with("sk-ssh-") ||
         word.starts_with("sk-ecdsa-");
}

bool is_base64(char c) {
  return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '+' || c == '/';
}

std::string unbase64(std::string_view text) {
  std::string out;
  std::uint32_t bits = 0;
  int have = 0;
  for (const char c : text) {
    if (!is_base64(c)) break;
    const int value = c >= 'a'   ? c - 'a' + 26
                      : c >= 'A' ? c - 'A'
                      : c >= '0' ? c - '0' + 52
                      : c == '+' ? 62
                                 : 63;
    bits = (bits << 6U) | static_cast<std::uint32_t>(value);
    have += 6;
    if (have >= 8) {
      have -= 8;
      out += static_cast<char>((bits >> static_cast<unsigned>(have)) & 0xffU);
    }
  }
  return out;
}

std::string from_hex(std::string_view hex) {
  std::string out;
  for (std::size_t i = 0; i + 1 < hex.size(); i += 2) {
    const auto value = [](char c) { return c <= '9' ? c - '0' : c - 'a' + 10; };
    out += static_cast<char>(value(hex[i]) * 16 + value(hex[i + 1]));
  }
  return out;
}

/// "SHA256:" and the unpadded base64 of the key blob's hash, as ssh-keygen -l prints it.
std::string fingerprint_of(std::string_view blob) {
  auto text = encode_base64(from_hex(sha256_hex(blob)));
  while (text.ends_with('=')) text.pop_back();
  return "SHA256:" + text;
}

/// Takes a word; spaces inside double quotes belong to it.
std::string_view take_word(std::string_view& text) {
  while (!text.empty() && (text[0] == ' ' || text[0] == '\t')) text.remove_prefix(1);
  bool quoted = false;
  std::size_t end = 0;
  for (; end < text.size(); ++end) {
    if (text[end] == '\\' && end + 1 < text.size() && text[end + 1] == '"') {
      ++end;
    } else if (text[end] == '"') {
      quoted = !quoted;
    } else if (!quoted && (text[end] == ' ' || text[end] == '\t')) {
      break;
    }
  }
  const auto word = text.substr(0, end);
  text.remove_prefix(end);
  return word;
}

std::vector<std::string> split_options(std::string_view text) {
  std::vector<std::string> options;
  bool quoted = false;
  std::string option;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '\\' && i + 1 < text.size()) {
      option += text[i++];
      option += text[i];
      continue;
    }
    if (text[i] == '"') quoted = !quoted;
    if (text[i] == ',' && !quoted) {
      options.push_back(std::move(option));
      option.clear();
    } else {
      option += text[i];
    }
  }
  if (!option.empty()) options.push_back(std::move(option));
  return options;
}

bool parse_key_line(std::string_view line, AuthorizedKey& key) {
  auto rest = line;
  auto word = take_word(rest);
  if (!is_key_type(word)) {
    key.options = split_options(word);
    word = take_word(rest);
  }
  if (!is_key_type(word)) return false;
  key.type = word;
  const auto blob = unbase64(take_word(rest));
  // The blob begins with its type's length and name (RFC 4253, 6.6): a key whose blob does not is none.
  const bool plausible = blob.size() > 4 + key.type.size() && blob.compare(4, key.type.size(), key.type) == 0;
  if (!plausible) return false;
  key.fingerprint = fingerprint_of(blob);
  while (rest.starts_with(' ') || rest.starts_with('\t')) rest.remove_prefix(1);
  key.comment = rest;
  return true;
}

std::string expand(std::string_view pattern, const Account& account) {
  std::string path;
  for (std::size_t i = 0; i < pattern.size(); ++i) {
    if (pattern[i] != '%' || i + 1 == pattern.size()) {
      path += pattern[i];
      continue;
    }
    switch (pattern[++i]) {
      case 'h':
        path += account.home;
        break;
      case 'u':
        path += account.name;
        break;
      case 'U':
        path += std::to_string(account.uid);
        break;
      default:
        path += pattern[i];
    }
  }
  return path.starts_with('/') ? path : account.home + "/" + path;
}

/// Reads the accounts' files one by one into `files`.
class KeysReader {
 public:
  KeysReader(const SafeRoot& root, Gaps& gaps) : root_(root), gaps_(gaps) {}

  void read(const Account& account, const std::string& path, bool usual) {
    const auto prevents = "knowing which keys open account " + account.name;
    const auto text = has_room() ? root_.read_small(path, kMostBytes) : too_many(path);
    if (!text) {
      if (text.error().code != ErrorCode::kNotFound) {
        gaps_.push_back({.path = path, .reason = text.error().detail, .prevents = prevents, .grave = true});
      }
      return;
    }
    AuthorizedKeysFile file{path, account.name, usual, {}, sha256_hex(*text), {}};
    if (const auto info = root_.info(path, SafeRoot::LastLink::kFollow)) file.info = *info;
    std::size_t bad_lines = 0;
    file.keys = parse_authorized_keys(*text, bad_lines);
    if (bad_lines > 0) {
      gaps_.push_back({.path = path,
                       .reason = std::to_string(bad_lines) + " line(s) that are no keys",
                       .prevents = prevents});
    }
    bytes_ += text->size();
    for (const auto& key : file.keys) parts_ += 1 + key.options.size();
    files.push_back(std::move(file));
  }

  std::vector<AuthorizedKeysFile> files;

 private:
  /// What is kept of the keys stays in memory until the verdict; many accounts may share one large file.
  bool has_room() const {
    constexpr std::size_t kMostBytesInAll = 32 << 20, kMostParts = 400'000, kMostFiles = 100'000;
    return bytes_ < kMostBytesInAll && parts_ < kMostParts && files.size() < kMostFiles;
  }
  Result<std::string> too_many(const std::string& path) const {
    RESCUE_TRY(root_.info(path));
    return fail(ErrorCode::kTooLarge, "file-too-large", "more keys than the limit; this file was not read");
  }

  const SafeRoot& root_;
  Gaps& gaps_;
  std::size_t bytes_ = 0, parts_ = 0;
};

}  // namespace

std::vector<AuthorizedKey> parse_authorized_keys(std::string_view text, std::size_t& bad_lines) {
  std::vector<AuthorizedKey> keys;
  std::uint64_t number = 0;
  while (!text.empty()) {
    auto line = take_line(text);
    ++number;
    if (line.ends_with('\r')) line.remove_suffix(1);
    const auto start = std::min(line.find_first_not_of(" \t"), line.size());
    if (start == line.size() || line[start] == '#') continue;
    AuthorizedKey key;
    key.line = number;
    key.text = line;
    if (parse_key_line(line.substr(start), key)) {
      keys.push_back(std::move(key));
    } else {
      ++bad_lines;
    }
  }
  return keys;
}

std::vector<AuthorizedKeysFile> read_authorized_keys(const SafeRoot& root,
                                                     const std::vector<Account>& accounts,
                                                     const std::vector<std::string>& patterns, Gaps& gaps) {
  KeysReader reader(root, gaps);
  for (const auto& account : accounts) {
    std::set<std::string> seen;
    for (const std::string_view usual : {".ssh/authorized_keys", ".ssh/authorized_keys2"}) {
      const auto path = expand(usual, account);
      if (seen.insert(path).second) reader.read(account, path, true);
    }
    for (const auto& pattern : patterns) {
      if (pattern == "none") continue;
      const auto path = expand(pattern, account);
      if (seen.insert(path).second) reader.read(account, path, false);
    }
  }
  return std::move(reader.files);
}

}  // namespace rescue::evidence
