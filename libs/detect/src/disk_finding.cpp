#include "disk_finding.hpp"

namespace rescue::detect {

Finding disk_finding(const Rule& rule, const Scene& scene, const Spot& spot,
                     std::map<std::string, std::string> values) {
  values.emplace("path", spot.path);
  auto finding = rule.finding(values);
  if (const auto info = scene.root.info(spot.path)) finding.time = info->mtime;
  EvidenceRef ref;
  ref.file = spot.path;
  if (spot.line > 0) ref.line = spot.line;
  ref.sha256 = spot.sha256;
  constexpr std::size_t kMostExcerptBytes = 512;
  ref.excerpt = spot.excerpt.substr(0, kMostExcerptBytes);
  if (finding.time) finding.notes.push_back({*finding.time, finding.title, source_of(ref)});
  finding.evidence.push_back(std::move(ref));
  return finding;
}

}  // namespace rescue::detect
