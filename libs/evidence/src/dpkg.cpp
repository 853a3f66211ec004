#include "rescue/evidence/dpkg.hpp"

#include <algorithm>

#include "rescue/evidence/line_reader.hpp"

namespace rescue::evidence {

PackageFiles PackageFiles::read(const SafeRoot& root, const std::vector<std::string>& wanted, Gaps& gaps) {
  constexpr std::size_t kMostEntries = 500'000, kMostBytes = 32 << 20;
  const std::string directory = "/var/lib/dpkg/info";
  PackageFiles files;
  const auto listing = root.list(directory, kMostEntries);
  if (!listing) return files;
  for (const auto& entry : listing->entries) {
    if (!entry.name.ends_with(".list")) continue;
    const auto text = root.read_small(directory + "/" + entry.name, kMostBytes);
    if (!text) {
      gaps.push_back({.path = directory + "/" + entry.name,
                      .reason = text.error().detail,
                      .prevents = "knowing what this package owns"});
      continue;
    }
    files.known_ = true;
    for (std::string_view rest = *text; !rest.empty();) {
      const auto path = take_line(rest);
      const bool keep =
          std::any_of(wanted.begin(), wanted.end(), [&](const auto& w) { return path.starts_with(w); });
      if (keep) files.paths_.emplace(path);
    }
  }
  return files;
}

}  // namespace rescue::evidence
