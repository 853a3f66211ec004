#include "line_undo.hpp"
#include "text_parts.hpp"

#include <algorithm>
#include <string_view>
#include <vector>

namespace rescue::recovery {
namespace {

using Lines = std::vector<std::string_view>;

/// What goes and what comes in its place.
struct Stretch {
  Lines old_lines, new_lines;
};

Stretch stretch_of(const FileChange& change) {
  auto before = whole_lines(change.before ? std::string_view(change.before->bytes) : "");
  auto after = whole_lines(change.after ? std::string_view(change.after->bytes) : "");
  while (!before.empty() && !after.empty() && before.back() == after.back())
    before.pop_back(), after.pop_back();
  const auto head = std::mismatch(before.begin(), before.end(), after.begin(), after.end());
  return {Lines(head.first, before.end()), Lines(head.second, after.end())};
}

/// Where they stand one after the other, and nowhere else.
std::optional<std::size_t> only_place(const Lines& lines, const Lines& wanted) {
  if (wanted.empty()) return std::nullopt;
  const auto at = std::search(lines.begin(), lines.end(), wanted.begin(), wanted.end());
  if (at == lines.end() || std::search(at + 1, lines.end(), wanted.begin(), wanted.end()) != lines.end())
    return std::nullopt;
  return static_cast<std::size_t>(at - lines.begin());
}

std::string quoted(const Lines& lines) {
  constexpr std::size_t kMostLines = 10, kMostBytes = 200;
  std::string out;
  for (std::size_t i = 0; i < lines.size() && i < kMostLines; ++i) {
    auto line = lines[i].substr(0, kMostBytes);
    if (line.ends_with('\n')) line.remove_suffix(1);
    out += (out.empty() ? "\"" : ", \"") + std::string(line) + "\"";
  }
  return out;
}

tl::unexpected<Error> by_hand(const FileChange& change) {
  auto error = changed_since(change.path);
  if (change.secret || !change.after) return error;
  const auto stretch = stretch_of(change);
  auto& detail = error.value().detail;
  if (!stretch.new_lines.empty()) detail += "; by hand: take out " + quoted(stretch.new_lines);
  if (!stretch.old_lines.empty()) detail += "; by hand: put in " + quoted(stretch.old_lines);
  return error;
}

}  // namespace

tl::unexpected<Error> changed_since(const std::string& path) {
  return fail(ErrorCode::kConflict, "changed-since",
              path + " is no longer as it was: somebody has changed it, and nothing was done to it");
}

Result<std::optional<FileState>> undone(const FileChange& change, const std::optional<FileState>& now) {
  if (same(now, change.before) || same(now, change.after)) return change.before;
  if (!change.by_line) return by_hand(change);
  const auto stretch = stretch_of(change);
  // A list of ours that somebody has taken away has nothing of ours any more.
  if (!now && stretch.old_lines.empty()) return now;
  if (!now) return by_hand(change);
  const auto lines = whole_lines(now->bytes);
  const auto at = only_place(lines, stretch.new_lines);
  const bool back = stretch.old_lines.empty() || only_place(lines, stretch.old_lines);
  const bool gone = std::search(lines.begin(), lines.end(), stretch.new_lines.begin(),
                                stretch.new_lines.end()) == lines.end();
  if (!at && back && gone) return now;
  if (!at) return by_hand(change);
  auto out = *now;
  out.mtime_ns = 0;
  out.bytes.clear();
  for (std::size_t i = 0; i < lines.size(); ++i) {
    if (i == *at)
      for (const auto line : stretch.old_lines) out.bytes += line;
    if (i < *at || i >= *at + stretch.new_lines.size()) out.bytes += lines[i];
  }
  if (out.bytes.empty()) return std::optional<FileState>();
  return std::optional<FileState>(std::move(out));
}

}  // namespace rescue::recovery
