#include "postfix_queue_names.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdio>

#include "rescue/evidence/mail_config.hpp"

namespace rescue::recovery {
namespace {

constexpr std::string_view kLetters = "0123456789BCDFGHJKLMNPQRSTVWXYZbcdfghjklmnpqrstvwxyz";
constexpr std::size_t kMicroseconds = 4,
                      kTime = 10;         // of a long name: six letters of seconds, four of microseconds
constexpr std::uint64_t kInodeBase = 51;  // without the 'z' that divides
constexpr std::size_t kShortTime = 5;

/// Where the inode's part of a long name begins; npos for a short one.
std::size_t divider(std::string_view id) {
  const auto at = id.rfind('z');
  return at != std::string_view::npos && at >= kTime ? at : std::string_view::npos;
}

/// A long name's microseconds as a short one begins: five hexadecimal digits.
std::string hex_microseconds(std::string_view id, std::size_t end) {
  unsigned value = 0;
  for (const char c : id.substr(end - kMicroseconds, kMicroseconds)) {
    const auto at = kLetters.find(c);
    value = value * static_cast<unsigned>(kLetters.size()) +
            (at == std::string_view::npos ? 0U : static_cast<unsigned>(at));
  }
  std::array<char, 16> text{};
  const auto size = std::snprintf(text.data(), text.size(), "%05X", value);
  return {text.data(), static_cast<std::size_t>(size)};
}

const std::string* value_of(const evidence::Settings& settings, std::string_view name, evidence::Gaps& gaps) {
  const auto found = settings.find(name);
  if (found == settings.end()) return nullptr;
  const auto& setting = found->second;
  if (setting.value.find('$') == std::string::npos) return &setting.value;
  gaps.push_back({.path = setting.file,
                  .reason = "the value of " + setting.text.substr(0, 100) + " is not followed",
                  .prevents = "judging the mail that waits",
                  .grave = true});
  return nullptr;
}

bool has_filter(const evidence::Settings& settings) {
  return std::ranges::any_of(std::array{"content_filter", "smtpd_proxy_filter"}, [&](const char* name) {
    const auto found = settings.find(name);
    return found != settings.end() && !found->second.value.empty();
  });
}

/// Behind a filter a message is handed in once more, by a program of this server's that has not logged in.
void tell_filter(const evidence::SafeRoot& root, const evidence::Settings& main, evidence::Gaps& gaps) {
  constexpr std::size_t kMostBytes = 1 << 20;
  const std::string path = "/etc/postfix/master.cf";
  const auto text = root.read_small(path, kMostBytes);
  const auto services = text ? evidence::parse_master_cf(*text, path) : std::vector<evidence::SmtpService>();
  const bool one_has = std::ranges::any_of(
      services, [](const evidence::SmtpService& service) { return has_filter(service.overrides); });
  if (has_filter(main) || one_has)
    gaps.push_back({.path = "/etc/postfix",
                    .reason = "mail that went through a filter no longer tells who logged in",
                    .prevents = "judging the mail that waits"});
}

}  // namespace

PostfixQueueSettings read_postfix_queue_settings(const evidence::SafeRoot& root, evidence::Gaps& gaps) {
  PostfixQueueSettings out;
  constexpr std::size_t kMostBytes = 1 << 20;
  const std::string path = "/etc/postfix/main.cf";
  const auto text = root.read_small(path, kMostBytes);
  if (!text) return out;
  const auto settings = evidence::parse_main_cf(*text, path);
  if (const auto* folder = value_of(settings, "queue_directory", gaps);
      folder != nullptr && folder->starts_with('/'))
    out.folder = *folder;
  if (const auto* names = value_of(settings, "hash_queue_names", gaps))
    out.hashed = evidence::split_list(*names);
  if (const auto* depth = value_of(settings, "hash_queue_depth", gaps)) {
    constexpr unsigned kMostDepth = 4;
    std::from_chars(depth->data(), depth->data() + depth->size(), out.depth);
    out.depth = std::min(out.depth, kMostDepth);
  }
  tell_filter(root, settings, gaps);
  const auto others = settings.find("multi_instance_directories");
  if (others != settings.end() && !others->second.value.empty())
    gaps.push_back(
        {.path = path,
         .reason = "the queues of further instances are not read: " + others->second.value.substr(0, 200),
         .prevents = "judging the mail that waits",
         .grave = true});
  return out;
}

std::string postfix_place(const PostfixQueueSettings& settings, std::string_view queue, std::string_view id) {
  std::string place(queue);
  if (std::ranges::find(settings.hashed, queue) == settings.hashed.end()) return place;
  const auto end = divider(id);
  const auto letters = end == std::string_view::npos ? std::string(id) : hex_microseconds(id, end);
  for (unsigned i = 0; i < settings.depth; ++i) {
    place += '/';
    place += i < letters.size() ? letters[i] : '_';
  }
  return place;
}

bool is_postfix_id(std::string_view name) {
  constexpr std::size_t kLeast = 6, kMost = 64;
  return name.size() >= kLeast && name.size() <= kMost && std::ranges::all_of(name, [](char c) {
           return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
         });
}

std::string postfix_id_for(std::string_view id, std::uint64_t inode) {
  const auto end = divider(id);
  if (end == std::string_view::npos) {
    std::array<char, 24> text{};
    const auto size = std::snprintf(text.data(), text.size(), "%llX", static_cast<unsigned long long>(inode));
    return std::string(id.substr(0, kShortTime)) + std::string(text.data(), static_cast<std::size_t>(size));
  }
  std::string letters;
  for (auto rest = inode; rest > 0 || letters.empty(); rest /= kInodeBase)
    letters.insert(letters.begin(), kLetters[rest % kInodeBase]);
  return std::string(id.substr(0, end + 1)) + letters;
}

}  // namespace rescue::recovery
