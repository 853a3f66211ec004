#include "login_files.hpp"

#include <algorithm>
#include <set>

#include "places.hpp"
#include "rescue/evidence/line_reader.hpp"

namespace rescue::detect {
namespace {

constexpr std::size_t kMostFiles = 1'000;

/// What stands behind a word at the beginning of the line; empty for another line.
std::string_view behind(std::string_view line, std::string_view word) {
  if (!line.starts_with(word)) return "";
  line.remove_prefix(word.size());
  const auto begin = line.find_first_not_of(" \t");
  if (begin == line.npos || begin == 0) return "";
  const auto end = line.find_last_not_of(" \t\r\"");
  if (line[begin] == '"') return line.substr(begin + 1, end - begin);
  return line.substr(begin, end + 1 - begin);
}

/// The whole of sudo's settings, file after file.
class Sudoers {
 public:
  Sudoers(const Scene& scene, evidence::Gaps& gaps) : scene_(scene), gaps_(gaps) {}

  void take(const std::string& path) {
    if (files.contains(path)) return;
    if (files.size() == kMostFiles) return too_many(path);
    files.insert(path);
    waiting_.push_back(path);
  }

  void follow() {
    while (!waiting_.empty()) {
      const auto path = std::move(waiting_.back());
      waiting_.pop_back();
      const auto placed = read_untrusted(scene_, path, gaps_);
      for (std::string_view rest = placed ? std::string_view(placed->text) : ""; !rest.empty();)
        look_at(evidence::take_line(rest), path);
    }
  }

  std::set<std::string> files;

 private:
  void look_at(std::string_view line, const std::string& from) {
    for (const std::string_view mark : {"@", "#"}) {
      const auto folder = behind(line, std::string(mark) + "includedir");
      const auto file = behind(line, std::string(mark) + "include");
      if (!folder.empty()) take_folder(beside(folder, from));
      if (!file.empty()) take(beside(file, from));
    }
  }

  /// Names with a dot in them, or a tilde behind, are passed over by sudo, too.
  void take_folder(const std::string& folder) {
    const auto listing = scene_.root.list(folder, kMostFiles);
    if (!listing) return;
    if (listing->cut) too_many(folder);
    for (const auto& entry : listing->entries) {
      if (entry.name.find('.') == entry.name.npos && !entry.name.ends_with('~'))
        take(folder + "/" + entry.name);
    }
  }

  static std::string beside(std::string_view path, const std::string& from) {
    return path.starts_with('/') ? std::string(path)
                                 : from.substr(0, from.rfind('/') + 1) + std::string(path);
  }

  void too_many(const std::string& path) {
    if (std::exchange(full_, true)) return;
    gaps_.push_back({.path = path,
                     .reason = "more settings of sudo than the limit; the rest was not looked at",
                     .prevents = "knowing who becomes root by sudo",
                     .grave = true});
  }

  const Scene& scene_;
  evidence::Gaps& gaps_;
  std::vector<std::string> waiting_;
  bool full_ = false;
};

}  // namespace

std::vector<std::string> sudoers_files(const Scene& scene, const Json& patterns, evidence::Gaps& gaps) {
  Sudoers sudoers(scene, gaps);
  for (const auto& path : files_at(scene, patterns, gaps)) sudoers.take(path);
  sudoers.follow();
  return {sudoers.files.begin(), sudoers.files.end()};
}

std::vector<std::string> sshd_files(const Scene& scene, const Json& patterns, evidence::Gaps& gaps) {
  const auto usual = files_at(scene, patterns, gaps);
  std::set<std::string> files(usual.begin(), usual.end());
  files.insert(scene.artifacts.sshd.files.begin(), scene.artifacts.sshd.files.end());
  return {files.begin(), files.end()};
}

}  // namespace rescue::detect
