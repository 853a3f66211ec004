#include "places.hpp"

#include <algorithm>
#include <set>

#include "disk_finding.hpp"
#include "rescue/base/sha256.hpp"
#include "rescue/evidence/line_reader.hpp"

namespace rescue::detect {
namespace {

constexpr std::string_view kPrevents = "knowing what starts by itself or lets somebody in from there";

class Glob {
 public:
  Glob(const Scene& scene, evidence::Gaps& gaps) : scene_(scene), root_(scene.root), gaps_(gaps) {}

  void expand(const std::string& folder, std::string_view pattern) {
    const auto slash = pattern.find('/');
    const auto part = pattern.substr(0, slash);
    const bool last = slash == pattern.npos;
    if (part.find_first_of("*?") == part.npos) {
      const auto path = folder + "/" + std::string(part);
      if (last) {
        take(path);
      } else {
        expand(path, pattern.substr(slash + 1));
      }
      return;
    }
    constexpr std::size_t kMostEntries = 20'000, kMostInAll = 200'000;
    if (entries_ >= kMostInAll) return too_many(folder);
    const auto listing = root_.list(folder.empty() ? "/" : folder, kMostEntries);
    if (!listing) return;
    entries_ += listing->entries.size() + 1;
    if (listing->cut) too_many(folder);
    for (const auto& entry : listing->entries) {
      if (!evidence::glob_match(part, entry.name)) continue;
      const auto path = folder + "/" + entry.name;
      if (last) {
        take(path);
      } else if (entry.info.kind == evidence::FileKind::kDirectory) {
        expand(path, pattern.substr(slash + 1));
      }
    }
  }

  std::set<std::string> found;

 private:
  void take(const std::string& path) {
    constexpr std::size_t kMost = 5'000;
    if (full_ && found.size() >= kMost) return;
    const auto info = root_.info(path, evidence::SafeRoot::LastLink::kFollow);
    if (!info || info->kind != evidence::FileKind::kRegular) return;
    if (found.size() >= kMost) return too_many(path);
    found.insert(scene_.survey.packages.canonical(path));  // /lib is mostly /usr/lib
  }

  void too_many(const std::string& path) {
    if (std::exchange(full_, true)) return;
    gaps_.push_back({.path = path.empty() ? "/" : path,
                     .reason = "more files than the limit; the rest was not looked at",
                     .prevents = std::string(kPrevents),
                     .grave = true});
  }

  const Scene& scene_;
  const evidence::SafeRoot& root_;
  evidence::Gaps& gaps_;
  std::size_t entries_ = 0;
  bool full_ = false;
};

/// Where a link leads, as far as its last component goes.
std::string end_of_links(const evidence::SafeRoot& root, std::string path) {
  constexpr int kMostLinks = 8;
  for (int i = 0; i < kMostLinks; ++i) {
    const auto target = root.link_target(path);
    if (!target) break;
    path = target->starts_with('/') ? *target : path.substr(0, path.rfind('/') + 1) + *target;
  }
  return path;
}

Result<std::string> beginning_of(const evidence::SafeRoot& root, const std::string& path, std::size_t bytes) {
  RESCUE_ASSIGN(const auto file, root.open_file(path));
  std::string text(bytes, '\0');
  RESCUE_ASSIGN(const auto got, file.read_at(0, text));
  text.resize(got);
  return text;
}

}  // namespace

std::vector<std::string> files_at(const Scene& scene, const Json& patterns, evidence::Gaps& gaps) {
  Glob glob(scene, gaps);
  for (const auto& item : patterns) {
    const auto& pattern = item.get_ref<const std::string&>();
    if (!pattern.starts_with("~/")) {
      glob.expand("", std::string_view(pattern).substr(1));
      continue;
    }
    for (const auto& home : scene.artifacts.homes) glob.expand(home, std::string_view(pattern).substr(2));
    glob.expand("/etc/skel", std::string_view(pattern).substr(2));
  }
  return {glob.found.begin(), glob.found.end()};
}

std::optional<PlacedFile> read_untrusted(const Scene& scene, const std::string& path, evidence::Gaps& gaps) {
  if (scene.survey.trusted(path) || scene.survey.trusted(end_of_links(scene.root, path))) return std::nullopt;
  const auto gap = [&](std::string reason) {
    gaps.push_back(
        {.path = path, .reason = std::move(reason), .prevents = std::string(kPrevents), .grave = true});
    return std::nullopt;
  };
  if (scene.settings != nullptr &&
      (scene.settings->bytes >= SettingsRoom::kMostBytes || scene.time_is_up())) {
    if (std::exchange(scene.settings->told, true)) return std::nullopt;
    return gap(scene.time_is_up() ? "the time was up; the settings from here on were not read"
                                  : "more settings than the limit; those from here on were not read");
  }
  constexpr std::size_t kMostBytes = 1 << 20;
  auto text = scene.root.read_small(path, kMostBytes);
  if (!text && text.error().code == ErrorCode::kNotFound) return std::nullopt;
  if (!text && text.error().code != ErrorCode::kTooLarge) return gap(text.error().detail);
  std::string hash;
  if (text) {
    hash = sha256_hex(*text);
  } else {
    // Who makes it long must not hide what stands at its beginning.
    gap(text.error().detail + "; only its beginning was read");
    text = beginning_of(scene.root, path, kMostBytes);
    if (!text) return std::nullopt;
  }
  if (scene.settings != nullptr) scene.settings->bytes += text->size();
  return PlacedFile{path, *std::move(text), std::move(hash)};
}

void report_first_lines(const Rule& rule, const Scene& scene, CaseFile& file, const LineJudge& judge) {
  for (const auto& path : files_at(scene, rule.match.at("paths"), file.gaps)) {
    const auto placed = read_untrusted(scene, path, file.gaps);
    std::uint64_t number = 0;
    for (std::string_view rest = placed ? std::string_view(placed->text) : ""; !rest.empty();) {
      const auto line = evidence::take_line(rest);
      ++number;
      auto values = judge(line);
      if (!values) continue;
      file.add(
          disk_finding(rule, scene, {path, number, std::string(line), placed->sha256}, *std::move(values)));
      break;
    }
  }
}

bool lies_below(std::string_view path, const Json& folders) {
  return std::any_of(folders.begin(), folders.end(), [&](const Json& folder) {
    return path.starts_with(folder.get_ref<const std::string&>());
  });
}

bool is_kernel_module(std::string_view path) {
  return path.find("/modules/") != path.npos && path.find(".ko") != path.npos;
}

}  // namespace rescue::detect
