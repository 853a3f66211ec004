#include "journal_files.hpp"

#include <algorithm>

#include "journal_format.hpp"
#include "journal_open.hpp"

namespace rescue::evidence {
namespace {

constexpr std::size_t kMostEntries = 10'000;
constexpr std::string_view kPrevents = "what this journal would have told";

void add_gap(const std::string& path, std::string reason, bool grave, Gaps& gaps) {
  gaps.push_back(
      {.path = path, .reason = std::move(reason), .prevents = std::string(kPrevents), .grave = grave});
}

/// A machine's id, perhaps with the name of a namespace behind it. Journals of other hosts lie in "remote".
bool is_machine_folder(std::string_view name) {
  const auto id = name.substr(0, name.find('.'));
  return id.size() == 32 && id.find_first_not_of("0123456789abcdef") == id.npos;
}

/// When its first entry was written; 0 where the header does not tell, and then it comes first.
std::uint64_t first_time(const std::string& path, OpenFile file) {
  const auto header = parse_journal_header(journal_beginning(path, std::move(file), kJournalHeaderBytes));
  return header ? header->head_realtime_us : 0;
}

using ByTime = std::vector<std::pair<std::uint64_t, LogFile>>;

void add_group(const std::string& base, ByTime files, std::vector<LogGroup>& groups) {
  if (files.empty()) return;
  std::sort(files.begin(), files.end(), [](const auto& a, const auto& b) {
    return std::pair(a.first, std::string_view(a.second.path)) <
           std::pair(b.first, std::string_view(b.second.path));
  });
  LogGroup group{LogRole::kJournal, LogFormat::kJournal, base, {}};
  for (auto& [time, file] : files) group.files.push_back(std::move(file));
  groups.push_back(std::move(group));
}

void find_in_folder(const SafeRoot& root, const std::string& folder, KnownJournals& known,
                    std::vector<LogGroup>& groups, Gaps& gaps) {
  const auto listing = root.list(folder, kMostEntries);
  if (!listing) return add_gap(folder, listing.error().detail, true, gaps);
  if (listing->cut) add_gap(folder, "more entries than the limit", true, gaps);
  std::vector<std::string> names;
  for (const auto& entry : listing->entries) {
    if (is_journal_name(entry.name)) names.push_back(entry.name);
  }
  add_journals(root, folder, std::move(names), known, groups, gaps);
}

}  // namespace

bool is_journal_name(std::string_view name) {
  for (const std::string_view packed : {".gz", ".xz", ".zst", ".bz2"}) {
    if (name.ends_with(packed)) name.remove_suffix(packed.size());
  }
  return name.ends_with(".journal") || name.ends_with(".journal~");
}

void add_journals(const SafeRoot& root, const std::string& folder, std::vector<std::string> names,
                  KnownJournals& known, std::vector<LogGroup>& groups, Gaps& gaps) {
  const auto is_system = [](const std::string& name) { return name.starts_with("system"); };
  // So that no other name takes the system's journals away from it.
  std::stable_partition(names.begin(), names.end(), is_system);
  ByTime system, users;
  for (const auto& name : names) {
    const auto path = folder + "/" + name;
    auto file = root.open_file(path);
    if (!file) {
      add_gap(path, file.error().detail, true, gaps);
      continue;
    }
    if (!known.add(file->info())) {
      add_gap(path, "the same file as another journal; it was read once", false, gaps);
      continue;
    }
    auto& kind = is_system(name) ? system : users;
    const auto info = file->info();
    kind.emplace_back(first_time(path, *std::move(file)), LogFile{path, info});
  }
  add_group(folder + "/system.journal", std::move(system), groups);
  add_group(folder + "/user.journal", std::move(users), groups);
}

void find_journals(const SafeRoot& root, std::vector<LogGroup>& groups, Gaps& gaps) {
  KnownJournals known;
  for (const std::string place : {"/var/log/journal", "/run/log/journal"}) {
    const auto listing = root.list(place, kMostEntries);
    if (!listing) {
      if (listing.error().code != ErrorCode::kNotFound) add_gap(place, listing.error().detail, true, gaps);
      continue;
    }
    for (const auto& entry : listing->entries) {
      if (is_machine_folder(entry.name)) find_in_folder(root, place + "/" + entry.name, known, groups, gaps);
    }
  }
}

}  // namespace rescue::evidence
