#include <algorithm>
#include <tuple>
#include <unordered_map>

#include "document.hpp"
#include "document_parts.hpp"
#include "document_room.hpp"

namespace rescue::detect {
namespace {

std::string finding_id(std::size_t number) {
  const auto digits = std::to_string(number);
  return "F" + std::string(digits.size() < 3 ? 3 - digits.size() : 0, '0') + digits;
}

using Hashes = std::unordered_map<std::string, const std::string*>;

void fill_in_hashes(Finding& finding, const Hashes& hashes) {
  for (auto& ref : finding.evidence) {
    const auto at = hashes.find(ref.file);
    if (ref.sha256.empty() && at != hashes.end()) ref.sha256 = *at->second;
  }
}

/// What two sources tell is one event with two sources.
void add_second_sources(Finding& finding, const SourceComparison& sources) {
  const auto told = finding.evidence.size();
  for (std::size_t i = 0; i < told; ++i) {
    const auto& ref = finding.evidence[i];
    const auto place = ref.line ? ref.line : ref.entry;
    const auto at = place ? sources.second.find({ref.file, *place}) : sources.second.end();
    if (at != sources.second.end()) finding.evidence.push_back(at->second);
  }
}

/// What the document has room for, taken in turns; the others are counted.
std::vector<Finding> choose(CaseFile& file, const Scene& scene) {
  Hashes hashes;
  for (const auto& log : scene.logs) hashes[log.path] = &log.sha256;
  auto line = file.kept.take_in_turns();
  file.left_out = file.kept.left_out();
  DocumentRoom room(kFindingsRoom);
  std::vector<Finding> chosen;
  for (auto& finding : line) {
    add_second_sources(finding, file.sources);
    fill_in_hashes(finding, hashes);
    finding.id = finding_id(kFindingsRoom.items);  // as long as any
    if (room.take(finding_json(finding))) {
      chosen.push_back(std::move(finding));
    } else {
      count(finding, file.left_out);
    }
  }
  return chosen;
}

bool earlier(const Finding& a, const Finding& b) {
  const auto place = [](const Finding& f) {
    return std::tuple(f.time.value_or(Timestamp::max()), std::string_view(f.rule), std::string_view(f.path),
                      std::string_view(f.account), std::string_view(f.address),
                      f.evidence.empty() ? 0 : f.evidence[0].line.value_or(0), f.number);
  };
  return place(a) < place(b);
}

}  // namespace

void settle_findings(CaseFile& file, const Scene& scene) {
  file.findings = choose(file, scene);
  std::sort(file.findings.begin(), file.findings.end(), earlier);
  std::unordered_map<std::size_t, std::size_t> places;
  for (std::size_t i = 0; i < file.findings.size(); ++i) {
    places[file.findings[i].number] = i;
    file.findings[i].id = finding_id(i + 1);
  }
  for (auto* list : {&file.break_ins, &file.mail_break_ins}) {
    for (auto& break_in : *list) {
      const auto at = break_in.finding ? places.find(*break_in.finding) : places.end();
      break_in.finding = at == places.end() ? std::nullopt : std::optional(at->second);
    }
  }
}

}  // namespace rescue::detect
