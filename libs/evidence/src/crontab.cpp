#include "rescue/evidence/crontab.hpp"

#include <algorithm>

#include "rescue/base/sha256.hpp"
#include "rescue/evidence/line_reader.hpp"

namespace rescue::evidence {
namespace {

constexpr std::size_t kMostBytes = 1 << 20;
constexpr std::size_t kMostEntries = 20'000;
// Of all files together: what is kept of them stays in memory until the verdict.
constexpr std::size_t kMostBytesInAll = 32 << 20;
constexpr std::size_t kMostCommands = 200'000;
constexpr std::string_view kPrevents = "knowing what cron runs from this file";

void skip_blanks(std::string_view& text) {
  while (!text.empty() && (text[0] == ' ' || text[0] == '\t')) text.remove_prefix(1);
}

std::string_view take_word(std::string_view& text) {
  skip_blanks(text);
  const auto end = std::min(text.find_first_of(" \t"), text.size());
  const auto word = text.substr(0, end);
  text.remove_prefix(end);
  return word;
}

/// NAME = value; also with quotes around the name.
bool is_setting(std::string_view line) {
  const auto equals = line.find('=');
  if (equals == line.npos || equals == 0) return false;
  auto name = line.substr(0, equals);
  while (name.ends_with(' ') || name.ends_with('\t')) name.remove_suffix(1);
  return std::all_of(name.begin(), name.end(), [](char c) {
    const char lower = static_cast<char>(c | 0x20);
    return (lower >= 'a' && lower <= 'z') || (c >= '0' && c <= '9') || c == '_' || c == '"' || c == '\'';
  });
}

bool is_time_field(std::string_view word) {
  return !word.empty() && std::all_of(word.begin(), word.end(), [](char c) {
    const char lower = static_cast<char>(c | 0x20);
    return (c >= '0' && c <= '9') || (lower >= 'a' && lower <= 'z') || c == '*' || c == ',' || c == '-' ||
           c == '/' || c == '~' || c == '?' || c == '#';
  });
}

bool take_schedule(std::string_view& line, std::string& schedule) {
  if (line.starts_with('@')) {
    schedule = take_word(line);
    return true;
  }
  for (int i = 0; i < 5; ++i) {
    const auto word = take_word(line);
    if (!is_time_field(word)) return false;
    if (i > 0) schedule += ' ';
    schedule += word;
  }
  return true;
}

/// Cron's own view of the command: an unescaped % ends it, "\%" is a %.
std::string command_of(std::string_view text) {
  std::string command;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '\\' && i + 1 < text.size() && text[i + 1] == '%') {
      command += text[++i];
    } else if (text[i] == '%') {
      break;
    } else {
      command += text[i];
    }
  }
  while (command.ends_with(' ') || command.ends_with('\r')) command.pop_back();
  return command;
}

/// Reads cron's files one by one into `files`.
class CronReader {
 public:
  CronReader(const SafeRoot& root, Gaps& gaps) : root_(root), gaps_(gaps) {}

  void table(const std::string& path, CrontabForm form, const std::string& account) {
    const auto text = read(path);
    if (!text) return;
    std::size_t bad_lines = 0;
    auto file = describe(path, account, *text);
    file.entries = parse_crontab(*text, form, account, bad_lines);
    for (auto& entry : file.entries) entry.path = path;
    if (bad_lines > 0) gap(path, std::to_string(bad_lines) + " line(s) not of a crontab's form", false);
    keep(std::move(file));
  }

  void tables(const std::string& directory, CrontabForm form) {
    for (const auto& name : names(directory)) {
      table(directory + "/" + name, form, form == CrontabForm::kUser ? name : "");
    }
  }

  void scripts(const std::string& directory, const std::string& schedule) {
    for (const auto& name : names(directory)) {
      const auto path = directory + "/" + name;
      const auto text = read(path);
      if (!text) continue;
      auto file = describe(path, "", *text);
      file.entries.push_back({path, 1, "root", schedule, *text, text->substr(0, 400)});
      keep(std::move(file));
    }
  }

  std::vector<CronFile> files;

 private:
  Result<std::string> read(const std::string& path) {
    auto text = bytes_ < kMostBytesInAll && commands_ < kMostCommands ? root_.read_small(path, kMostBytes)
                                                                      : too_many(path);
    if (text) bytes_ += text->size();
    if (!text && text.error().code != ErrorCode::kNotFound) gap(path, text.error().detail);
    return text;
  }
  Result<std::string> too_many(const std::string& path) const {
    RESCUE_TRY(root_.info(path));
    return fail(ErrorCode::kTooLarge, "file-too-large",
                "more cron files than the limit; this one was not read");
  }
  void keep(CronFile file) {
    commands_ += file.entries.size();
    files.push_back(std::move(file));
  }
  CronFile describe(const std::string& path, const std::string& account, const std::string& text) {
    CronFile file{path, account, {}, sha256_hex(text), {}};
    if (const auto info = root_.info(path, SafeRoot::LastLink::kFollow)) file.info = *info;
    return file;
  }
  std::vector<std::string> names(const std::string& directory) {
    std::vector<std::string> found;
    const auto listing = root_.list(directory, kMostEntries);
    if (!listing) {
      if (listing.error().code != ErrorCode::kNotFound) gap(directory, listing.error().detail);
      return found;
    }
    if (listing->cut) gap(directory, "more entries than the limit");
    for (const auto& entry : listing->entries) {
      const bool directory_itself = entry.info.kind == FileKind::kDirectory;
      if (!directory_itself && entry.name != ".placeholder") found.push_back(entry.name);
    }
    return found;
  }
  void gap(const std::string& path, std::string reason, bool grave = true) {
    gaps_.push_back(
        {.path = path, .reason = std::move(reason), .prevents = std::string(kPrevents), .grave = grave});
  }

  const SafeRoot& root_;
  Gaps& gaps_;
  std::size_t bytes_ = 0, commands_ = 0;
};

}  // namespace

std::vector<CronEntry> parse_crontab(std::string_view text, CrontabForm form, const std::string& account,
                                     std::size_t& bad_lines) {
  std::vector<CronEntry> entries;
  std::uint64_t number = 0;
  while (!text.empty()) {
    const auto line = take_line(text);
    ++number;
    auto rest = line;
    skip_blanks(rest);
    if (rest.empty() || rest == "\r" || rest.starts_with('#')) continue;
    const bool dated = rest.starts_with('@') || rest.starts_with('*') || (rest[0] >= '0' && rest[0] <= '9');
    if (!dated && is_setting(rest)) continue;
    CronEntry entry;
    entry.line = number;
    entry.text = line;
    entry.account = account;
    bool good = take_schedule(rest, entry.schedule);
    if (good && form == CrontabForm::kSystem) entry.account = take_word(rest);
    skip_blanks(rest);
    entry.command = command_of(rest);
    good = good && !entry.command.empty() && !entry.account.empty();
    if (good) {
      entries.push_back(std::move(entry));
    } else {
      ++bad_lines;
    }
  }
  return entries;
}

std::vector<CronFile> read_cron(const SafeRoot& root, Gaps& gaps) {
  CronReader reader(root, gaps);
  reader.table("/etc/crontab", CrontabForm::kSystem, "");
  reader.tables("/etc/cron.d", CrontabForm::kSystem);
  for (const std::string schedule : {"hourly", "daily", "weekly", "monthly"}) {
    reader.scripts("/etc/cron." + schedule, schedule);
  }
  reader.tables("/var/spool/cron/crontabs", CrontabForm::kUser);  // Debian
  reader.tables("/var/spool/cron", CrontabForm::kUser);           // Red Hat
  return std::move(reader.files);
}

}  // namespace rescue::evidence
