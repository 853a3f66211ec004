#include "rescue/detect/case_file.hpp"

#include <algorithm>

namespace rescue::detect {

std::size_t CaseFile::add(Finding finding) {
  findings.push_back(std::move(finding));
  return findings.size() - 1;
}

const BreakIn* CaseFile::break_in_at(Timestamp t) const {
  for (const auto& break_in : break_ins) {
    if (t >= break_in.from && t <= break_in.to) return &break_in;
  }
  return nullptr;
}

std::pair<const BreakIn*, Timestamp> CaseFile::written_in_break_in(const evidence::FileInfo& info,
                                                                   const Scene& scene) const {
  if (const auto* by = break_in_at(info.mtime)) return {by, info.mtime};
  const bool covered = std::any_of(scene.logs.begin(), scene.logs.end(), [&](const auto& log) {
    return log.period.to && info.ctime <= *log.period.to;
  });
  return {covered ? break_in_at(info.ctime) : nullptr, info.ctime};
}

EvidenceRef evidence_of(const evidence::Event& event, const Scene& scene) {
  EvidenceRef ref;
  ref.file = event.file < scene.log_paths.size() ? scene.log_paths[event.file] : "";
  if (event.is_record) {
    ref.record = event.position;
  } else {
    ref.line = event.position;
  }
  ref.excerpt = event.excerpt.substr(0, 1024);
  return ref;
}

std::string source_of(const EvidenceRef& ref) {
  if (ref.line) return ref.file + ":" + std::to_string(*ref.line);
  if (ref.record) return ref.file + " record " + std::to_string(*ref.record);
  return ref.file;
}

}  // namespace rescue::detect
