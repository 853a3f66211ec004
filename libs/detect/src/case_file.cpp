#include "rescue/detect/case_file.hpp"

#include <algorithm>

namespace rescue::detect {

void CaseFile::add(Finding finding) {
  finding.linked = finding.linked || (finding.time && break_in_at(*finding.time) != nullptr);
  kept.add(std::move(finding));
}

void CaseFile::begin_break_in(BreakIn break_in, Finding finding) {
  const auto known = std::count_if(break_ins.begin(), break_ins.end(),
                                   [&](const BreakIn& b) { return b.way == break_in.way; });
  finding.linked = true;
  finding.begins_break_in = static_cast<std::size_t>(known) < kMostBreakIns;
  const bool kept_apart = finding.begins_break_in;
  break_in.finding = kept.add(std::move(finding));
  if (!kept_apart) return join_break_in(break_in);
  break_ins.push_back(std::move(break_in));
}

void CaseFile::begin_mail_break_in(BreakIn break_in, Finding finding) {
  break_in.way = BreakIn::Way::kMailAccount;
  finding.begins_break_in = mail_break_ins.size() < kMostBreakIns;
  const bool kept_apart = finding.begins_break_in;
  break_in.finding = kept.add(std::move(finding));
  if (kept_apart) mail_break_ins.push_back(std::move(break_in));
}

void CaseFile::join_break_in(const BreakIn& break_in) {
  const auto overlaps = [&](const BreakIn& known) {
    return known.way == break_in.way && known.from <= break_in.to && break_in.from <= known.to;
  };
  const auto at = std::find_if(break_ins.begin(), break_ins.end(), overlaps);
  if (at == break_ins.end()) {
    ++break_ins_left_out;
    return;
  }
  at->to = std::max(at->to, break_in.to);
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
  } else if (event.is_entry) {
    ref.entry = event.position;
    ref.offset = event.offset;
  } else {
    ref.line = event.position;
  }
  constexpr std::size_t kMostExcerptBytes = 512;  // detectors keep many of these
  ref.excerpt = event.excerpt.substr(0, kMostExcerptBytes);
  return ref;
}

std::string name_of(std::string_view text) {
  constexpr std::size_t kMostNameBytes = 256;
  return std::string(text.substr(0, kMostNameBytes));
}

std::string source_of(const EvidenceRef& ref) {
  if (ref.line) return ref.file + ":" + std::to_string(*ref.line);
  if (ref.entry) return ref.file + " entry " + std::to_string(*ref.entry);
  if (ref.record) return ref.file + " record " + std::to_string(*ref.record);
  return ref.file;
}

}  // namespace rescue::detect
