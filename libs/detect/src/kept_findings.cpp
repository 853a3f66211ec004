#include "rescue/detect/kept_findings.hpp"

#include <algorithm>
#include <tuple>

namespace rescue::detect {
namespace {

void cut(std::string& text, std::size_t most_bytes) {
  if (text.size() > most_bytes) text.resize(most_bytes);
}

/// What one finding may hold. A little more than the document shows, so that it can tell that something was
/// cut.
void cut_to_size(Finding& finding) {
  constexpr std::size_t kMostTextBytes = 2100, kMostExcerptBytes = 4096, kMostEvidence = 20, kMostNotes = 5;
  for (auto* text :
       {&finding.title, &finding.path, &finding.account, &finding.address, &finding.why, &finding.benign}) {
    cut(*text, kMostTextBytes);
  }
  if (finding.evidence.size() > kMostEvidence) finding.evidence.resize(kMostEvidence);
  for (auto& ref : finding.evidence) {
    cut(ref.file, kMostTextBytes);
    cut(ref.excerpt, kMostExcerptBytes);
  }
  if (finding.notes.size() > kMostNotes) finding.notes.resize(kMostNotes);
  for (auto& note : finding.notes) {
    cut(note.text, kMostTextBytes);
    cut(note.source, kMostTextBytes);
  }
}

}  // namespace

void count(const Finding& finding, LeftOutByRule& left_out) {
  auto& of_rule = left_out[finding.rule];
  ++of_rule.count;
  of_rule.gravest = std::max(of_rule.gravest, finding.severity);
}

bool KeptFindings::FirstInLine::operator()(const Finding& a, const Finding& b) const {
  const auto weight = [](const Finding& f) {
    return std::tuple(f.begins_break_in, f.severity, f.confidence, f.linked);
  };
  if (weight(a) != weight(b)) return weight(a) > weight(b);
  const auto place = [](const Finding& f) {
    const auto line = f.evidence.empty() ? 0 : f.evidence.front().line.value_or(0);
    return std::tuple(f.time.value_or(Timestamp::max()), std::string_view(f.path),
                      std::string_view(f.account), std::string_view(f.address), line, f.number);
  };
  return place(a) < place(b);
}

std::size_t KeptFindings::add(Finding finding) {
  cut_to_size(finding);
  const auto number = finding.number = added_++;
  if (board_ != nullptr) board_->count(finding.severity);
  auto& kept = by_rule_[finding.rule];
  kept.insert(std::move(finding));
  if (kept.size() > kMostOfARule) {
    const auto last = std::prev(kept.end());
    count(*last, left_out_);
    kept.erase(last);
  }
  return number;
}

void KeptFindings::leave_out(const Rule& rule, std::uint64_t count) {
  if (count == 0) return;
  if (board_ != nullptr) board_->count(rule.severity, count);
  auto& of_rule = left_out_[rule.id];
  of_rule.count += count;
  of_rule.gravest = std::max(of_rule.gravest, rule.severity);
}

std::vector<Finding> KeptFindings::take_in_turns() {
  std::vector<Finding> all;
  for (auto& [rule, kept] : by_rule_) {
    for (std::size_t turn = 0; !kept.empty(); ++turn) {
      all.push_back(std::move(kept.extract(kept.begin()).value()));
      all.back().turn = turn;
    }
  }
  by_rule_.clear();
  std::stable_sort(all.begin(), all.end(), [](const Finding& a, const Finding& b) {
    return a.turn != b.turn ? a.turn < b.turn : a.severity > b.severity;
  });
  return all;
}

}  // namespace rescue::detect
