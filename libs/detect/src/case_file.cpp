#include "rescue/detect/case_file.hpp"

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

const BreakIn* CaseFile::break_in_before(Timestamp t) const {
  for (const auto& break_in : break_ins) {
    if (t >= break_in.from) return &break_in;
  }
  return nullptr;
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
