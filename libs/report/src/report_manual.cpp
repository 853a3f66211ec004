#include <algorithm>

#include "clean_text.hpp"
#include "report_parts.hpp"

namespace rescue::report {
namespace {

constexpr std::size_t kFindingsMax = 100;
constexpr std::size_t kEvidenceMax = 8;
constexpr std::size_t kLongTextChars = 1'000;

Json words(const Text& text, std::size_t chars_max) {
  return {{"ja", clean_text(text.ja, {.chars_max = chars_max})},
          {"en", clean_text(text.en, {.chars_max = chars_max})}};
}

/// "M007"
std::string manual_id(std::size_t index) {
  const std::string number = std::to_string(index + 1);
  return "M" + std::string(3 - std::min<std::size_t>(3, number.size()), '0') + number;
}

bool is_entry(const ManualFinding& finding) {
  return !finding.attack_ids.empty() &&
         std::all_of(finding.attack_ids.begin(), finding.attack_ids.end(), is_entry_technique);
}

Json finding_json(const ManualFinding& finding, std::size_t index) {
  Json evidence = Json::array();
  for (const auto& piece : finding.evidence) {
    if (evidence.size() == kEvidenceMax) break;
    evidence.push_back({{"file", clean_text(piece.file)},
                        {"place", ""},
                        {"number", 0},
                        {"sha256", piece.sha256},
                        {"excerpt", clean_text(piece.excerpt, {.chars_max = 500})}});
  }
  return {{"id", manual_id(index)},
          {"rule", "person"},
          {"by", "person"},
          {"severity", finding.severity},
          {"confidence", finding.confidence},
          {"attack_ids", finding.attack_ids},
          {"stage", is_entry(finding) ? "entry" : "action"},
          {"title", words(finding.title, 400)},
          {"why", words(finding.why, kLongTextChars)},
          {"benign", {{"ja", ""}, {"en", ""}}},
          {"path", clean_text(finding.path)},
          {"account", clean_text(finding.account)},
          {"address", clean_text(finding.address)},
          {"time", finding.time ? time_json(*finding.time) : Json()},
          {"evidence", evidence},
          {"evidence_omitted", finding.evidence.size() - evidence.size()}};
}

}  // namespace

void add_manual_findings(const ReportInput& input, Json& findings) {
  const std::size_t shown = std::min(input.manual_findings.size(), kFindingsMax);
  for (std::size_t i = 0; i < shown; ++i) {
    findings["items"].push_back(finding_json(input.manual_findings[i], i));
  }
}

void add_manual_entry(const ReportInput& input, Json& entry_vectors) {
  if (!input.completion || !input.completion->entry) return;
  const auto& entry = *input.completion->entry;
  entry_vectors.insert(entry_vectors.begin(), Json{{"technique", clean_text(entry.technique)},
                                                   {"title", words(entry.title, 400)},
                                                   {"confidence", entry.confidence},
                                                   {"why", words(input.completion->reason, kLongTextChars)},
                                                   {"account", clean_text(entry.account)},
                                                   {"address", clean_text(entry.address)},
                                                   {"at", entry.at ? time_json(*entry.at) : Json()},
                                                   {"chain", Json::array()}});
}

void add_manual_evidence(const ReportInput& input, Json& files) {
  const auto add = [&](const std::string& name, const std::string& sha256, Json findings) {
    files["files"].push_back(
        {{"file", clean_text(name)}, {"sha256", sha256}, {"findings", std::move(findings)}});
  };
  for (std::size_t i = 0; i < std::min(input.manual_findings.size(), kFindingsMax); ++i) {
    for (const auto& piece : input.manual_findings[i].evidence) {
      add(piece.file, piece.sha256, Json::array({manual_id(i)}));
    }
  }
  if (!input.completion) return;
  for (const auto& piece : input.completion->evidence_read) add(piece.name, piece.sha256, Json::array());
}

}  // namespace rescue::report
