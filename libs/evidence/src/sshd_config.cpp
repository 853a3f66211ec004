#include "rescue/evidence/sshd_config.hpp"
#include "rescue/base/ascii.hpp"

#include <algorithm>
#include <set>

#include "rescue/evidence/line_reader.hpp"

namespace rescue::evidence {
namespace {

constexpr std::size_t kMostBytes = 1 << 20;
constexpr int kMostDepth = 16;  // of Include, as sshd's own limit
// sshd has no other: two files that include each other twice are 65,536 readings.
constexpr unsigned kMostIncludes = 1'000;

std::vector<std::string> words_of(std::string_view line) {
  std::vector<std::string> words;
  std::string word;
  bool quoted = false, any = false;
  for (const char c : line) {
    if (c == '"') {
      quoted = !quoted;
      any = true;
    } else if (!quoted && (c == ' ' || c == '\t' || c == '\r' || (c == '=' && words.empty()))) {
      if (any) words.push_back(std::move(word));
      word.clear();
      any = false;
    } else {
      word += c;
      any = true;
    }
  }
  if (any) words.push_back(std::move(word));
  return words;
}

class Reader {
 public:
  Reader(const SafeRoot& root, Gaps& gaps) : root_(root), gaps_(gaps) {}

  void read(const std::string& path, int depth) {
    if (!seen_.insert(path).second) return;  // what it says a second time is nothing new to us
    const auto text = root_.read_small(path, kMostBytes);
    if (!text) {
      gaps_.push_back(
          {.path = path, .reason = text.error().detail, .prevents = "knowing where sshd looks for keys"});
      return;
    }
    config.read = true;
    config.files.push_back(path);
    for (std::string_view rest = *text; !rest.empty();) {
      const auto words = words_of(take_line(rest));
      if (!words.empty() && !words[0].starts_with('#')) apply(words, depth);
    }
  }

  SshdConfig config;

 private:
  void apply(const std::vector<std::string>& words, int depth) {
    const auto keyword = lower_ascii(words[0]);
    const std::vector<std::string> values(words.begin() + 1, words.end());
    const auto add_to = [&](std::vector<std::string>& list) {
      list.insert(list.end(), values.begin(), values.end());
    };
    if (keyword == "authorizedkeysfile") add_to(config.authorized_keys_files);
    if (keyword == "authorizedkeyscommand") add_to(config.authorized_keys_commands);
    if (keyword == "permitrootlogin") add_to(config.permit_root_login);
    if (keyword == "passwordauthentication") add_to(config.password_authentication);
    if (keyword != "include" || depth >= kMostDepth) return;
    for (const auto& value : values) {
      if (++includes_ > kMostIncludes) return too_many();
      const auto pattern = value.starts_with('/') ? value : "/etc/ssh/" + value;
      for (const auto& path : expand_glob(root_, pattern)) read(path, depth + 1);
    }
  }

  void too_many() {
    if (includes_ != kMostIncludes + 1) return;  // told once
    gaps_.push_back({.path = "/etc/ssh/sshd_config",
                     .reason = "more Include lines than the limit; the rest was not followed",
                     .prevents = "knowing where sshd looks for keys",
                     .grave = true});
  }

  const SafeRoot& root_;
  Gaps& gaps_;
  std::set<std::string> seen_;
  unsigned includes_ = 0;
};

}  // namespace

bool glob_match(std::string_view pattern, std::string_view name) {
  std::size_t p = 0, n = 0, star = pattern.npos, mark = 0;
  while (n < name.size()) {
    if (p < pattern.size() && (pattern[p] == '?' || (pattern[p] == name[n] && pattern[p] != '*'))) {
      ++p;
      ++n;
    } else if (p < pattern.size() && pattern[p] == '*') {
      star = p++;
      mark = n;
    } else if (star != pattern.npos) {
      p = star + 1;
      n = ++mark;
    } else {
      return false;
    }
  }
  while (p < pattern.size() && pattern[p] == '*') ++p;
  return p == pattern.size();
}

std::vector<std::string> expand_glob(const SafeRoot& root, const std::string& pattern) {
  constexpr std::size_t kMostEntries = 10'000;
  const auto slash = pattern.rfind('/');
  const auto last = pattern.substr(slash + 1);
  if (last.find_first_of("*?") == last.npos) return {pattern};
  std::vector<std::string> paths;
  const auto directory = pattern.substr(0, slash);
  const auto listing = root.list(directory.empty() ? "/" : directory, kMostEntries);
  if (!listing) return paths;
  for (const auto& entry : listing->entries) {
    if (!entry.name.starts_with('.') && glob_match(last, entry.name))
      paths.push_back(directory + "/" + entry.name);
  }
  return paths;
}

SshdConfig read_sshd_config(const SafeRoot& root, Gaps& gaps) {
  Reader reader(root, gaps);
  if (root.info("/etc/ssh/sshd_config", SafeRoot::LastLink::kFollow)) reader.read("/etc/ssh/sshd_config", 0);
  return std::move(reader.config);
}

}  // namespace rescue::evidence
