#include "document_parts.hpp"

#include <algorithm>
#include <map>
#include <numeric>
#include <tuple>

#include "document_room.hpp"
#include "rescue/evidence/excerpt.hpp"

namespace rescue::detect {
namespace {

Json evidence_json(const EvidenceRef& ref) {
  Json json{{"file", clean(ref.file)}, {"sha256", ref.sha256}, {"excerpt", clean(ref.excerpt, 400)}};
  if (ref.line) json["line"] = *ref.line;
  if (ref.record) json["record"] = *ref.record;
  if (ref.entry) json["entry"] = *ref.entry;
  if (ref.offset) json["offset"] = *ref.offset;
  return json;
}

/// A chain of a readable length: what it rests on, and of the others the gravest.
std::vector<std::size_t> shown_of(const EntryVector& vector, const CaseFile& file) {
  constexpr std::size_t kMostShown = 500;
  auto shown = vector.chain;
  if (shown.size() <= kMostShown) return shown;
  const auto weight = [&](std::size_t i) { return std::pair(i == vector.entry, file.findings[i].severity); };
  std::stable_sort(shown.begin(), shown.end(),
                   [&](std::size_t a, std::size_t b) { return weight(a) > weight(b); });
  shown.resize(kMostShown);
  std::sort(shown.begin(), shown.end());  // findings stand in the order of time
  return shown;
}

Json gap_json(const evidence::Gap& gap) {
  return {{"path", clean(gap.path)},
          {"offset", gap.offset},
          {"bytes", gap.bytes},
          {"reason", clean(gap.reason)},
          {"prevents", clean(gap.prevents)},
          {"period", {{"from", time_text(gap.period.from)}, {"to", time_text(gap.period.to)}}}};
}

auto place_of(const evidence::Gap& gap) {
  return std::tie(gap.path, gap.offset, gap.reason, gap.prevents);
}

std::vector<evidence::Gap> without_repeats(std::vector<evidence::Gap> gaps) {
  std::stable_sort(gaps.begin(), gaps.end(),
                   [](const auto& a, const auto& b) { return place_of(a) < place_of(b); });
  gaps.erase(std::unique(gaps.begin(), gaps.end(),
                         [](const auto& a, const auto& b) { return place_of(a) == place_of(b); }),
             gaps.end());
  return gaps;
}

/// Indexes of the gaps, those first that must not be missed.
std::vector<std::size_t> by_weight(const std::vector<evidence::Gap>& gaps) {
  std::map<std::string_view, std::size_t> of_kind;
  std::vector<std::tuple<bool, std::size_t, std::size_t>> line;
  for (std::size_t i = 0; i < gaps.size(); ++i)
    line.emplace_back(!gaps[i].grave, of_kind[gaps[i].prevents]++, i);
  std::sort(line.begin(), line.end());
  std::vector<std::size_t> order;
  for (const auto& [light, turn, index] : line) order.push_back(index);
  return order;
}

}  // namespace

std::string clean(std::string_view text, std::size_t max_bytes) {
  return evidence::escape_excerpt(text, max_bytes);
}

std::string time_text(const std::optional<Timestamp>& t) {
  return t ? format_rfc3339(*t) : "";
}

Json finding_json(const Finding& f) {
  Json evidence = Json::array();
  for (const auto& ref : f.evidence) evidence.push_back(evidence_json(ref));
  Json json{{"id", f.id},
            {"rule", f.rule},
            {"title", clean(f.title)},
            {"severity", to_string(f.severity)},
            {"confidence", to_string(f.confidence)},
            {"attack_ids", f.attack_ids},
            {"path", clean(f.path)},
            {"account", clean(f.account)},
            {"address", clean(f.address)},
            {"time", time_text(f.time)},
            {"evidence", std::move(evidence)},
            {"why", clean(f.why)},
            {"benign", clean(f.benign)}};
  for (const auto& address : f.addresses) json["addresses"].push_back(clean(address));
  if (f.doubtful) json["doubtful"] = true;
  return json;
}

DocumentList vectors_list(const std::vector<EntryVector>& vectors, const CaseFile& file) {
  DocumentList list;
  DocumentRoom room(kVectorsRoom);
  for (const auto& v : vectors) {
    Json chain = Json::array();
    for (const auto index : shown_of(v, file)) chain.push_back(file.findings[index].id);
    Json vector{
        {"technique", v.technique},   {"title", clean(v.title)},     {"confidence", to_string(v.confidence)},
        {"why", clean(v.why)},        {"account", clean(v.account)}, {"address", clean(v.address)},
        {"at", format_rfc3339(v.at)}, {"chain", std::move(chain)}};
    if (room.take(vector)) list.items.push_back(std::move(vector));
  }
  list.left_out = room.left_out();
  return list;
}

DocumentList gaps_list(const evidence::Gaps& gaps, const std::vector<evidence::Gap>& told) {
  const auto listed = without_repeats({gaps.begin(), gaps.end()});
  DocumentRoom room(kGapsRoom);
  std::vector<evidence::Gap> shown = told;
  for (const auto index : by_weight(listed)) {
    if (room.take(gap_json(listed[index]))) shown.push_back(listed[index]);
  }
  if (room.left_out() > 0) {
    shown.push_back({.path = "/",
                     .reason = std::to_string(room.left_out()) + " more gaps are counted but not listed",
                     .prevents = "naming every one of them"});
  }
  DocumentList list;
  for (const auto& gap : without_repeats(std::move(shown))) list.items.push_back(gap_json(gap));
  list.left_out = room.left_out();
  return list;
}

}  // namespace rescue::detect
