#include "rescue/evidence/walk.hpp"

namespace rescue::evidence {
namespace {

struct Walker {
  const SafeRoot& root;
  const WalkLimits& limits;
  const std::string& prevents;
  Gaps& gaps;
  const std::function<bool(const std::string&, const FileInfo&)>& visit;
  std::size_t seen = 0;

  void gap(const std::string& path, std::string reason, bool grave = false) {
    gaps.push_back({.path = path, .reason = std::move(reason), .prevents = prevents, .grave = grave});
  }

  /// False when the whole walk is over its limit.
  bool enter(const std::string& directory, std::size_t depth) {
    if (depth > limits.max_depth) {
      gap(directory, "folders deeper than the limit were not entered");
      return true;
    }
    const auto listing = root.list(directory, limits.max_per_directory);
    if (!listing) {
      if (depth > 0 || listing.error().code != ErrorCode::kNotFound)
        gap(directory, "folder could not be listed");
      return true;
    }
    if (listing->cut) gap(directory, "more entries than the limit; the rest was not looked at", true);
    for (const auto& entry : listing->entries) {
      if (++seen > limits.max_entries) {
        gap(directory, "more files than the limit; the rest was not looked at", true);
        return false;
      }
      const auto path = (directory == "/" ? "" : directory) + "/" + entry.name;
      const bool go_in = visit(path, entry.info);
      if (entry.info.kind == FileKind::kDirectory && go_in && !enter(path, depth + 1)) return false;
    }
    return true;
  }
};

}  // namespace

void walk(const SafeRoot& root, const std::string& directory, const WalkLimits& limits,
          const std::string& prevents, Gaps& gaps,
          const std::function<bool(const std::string& path, const FileInfo& info)>& visit) {
  Walker{root, limits, prevents, gaps, visit}.enter(directory, 0);
}

}  // namespace rescue::evidence
