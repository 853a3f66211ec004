#include <algorithm>
#include <set>

#include "phrases.hpp"
#include "report_parts.hpp"
#include "reword.hpp"

namespace rescue::report {
namespace {

constexpr std::chrono::minutes kJapanOffset{9 * 60};
constexpr std::size_t kEvidenceFilesMax = 200;

const Phrases& ja() {
  return Phrases::of(Language::kJapanese);
}

/// The Japanese name of a finding's first technique that has one; "" otherwise.
std::string technique_name_ja(const Investigation::Finding& finding) {
  for (const std::string& id : finding.attack_ids) {
    const std::string key = "technique." + technique_family(id);
    if (ja().has(key)) return ja().say(key);
  }
  return {};
}

/// The rule's own Japanese wording of `part` (title, why, benign), or nothing.
std::optional<std::string> rule_wording_ja(const Investigation::Finding& finding, std::string_view part) {
  const std::string key = "rules." + finding.rule + "." + std::string(part);
  if (!ja().has(key)) return std::nullopt;
  return ja().say(key, {{"account", finding.account}, {"address", finding.address}, {"path", finding.path}});
}

/// A title names more than the finding's fields do (the account that was reached, a count): the probe's own
/// sentence is tried first.
std::string title_ja(const Investigation::Finding& finding) {
  if (auto same = reword(ja().data()["timeline_text"], finding.title)) return *same;
  if (auto own = rule_wording_ja(finding, "title")) return *own;
  return ja().say("finding_fallback.title",
                  {{"technique", technique_name_ja(finding)}, {"original", finding.title}});
}

Json why_json(const Investigation::Finding& finding) {
  auto own = rule_wording_ja(finding, "why");
  return {{"ja", own ? *own : ja().say("finding_fallback.why." + finding.severity)}, {"en", finding.why}};
}

Json benign_json(const Investigation::Finding& finding) {
  auto own = rule_wording_ja(finding, "benign");
  return {{"ja", own ? *own : ja().say("finding_fallback.benign")}, {"en", finding.benign}};
}

Json maybe_time(const Investigation& found, const std::string& finding_id, std::optional<Timestamp> time) {
  return time ? time_json(*time, found.offset_at(finding_id, *time)) : Json(nullptr);
}

Json evidence_json(const Investigation::Finding& finding) {
  Json out = Json::array();
  for (const Investigation::Evidence& piece : finding.evidence) {
    out.push_back({{"file", piece.file},
                   {"place", piece.place},
                   {"number", piece.number},
                   {"sha256", piece.sha256},
                   {"excerpt", piece.excerpt}});
  }
  return out;
}

/// Entry steps come from the way in itself; everything else in the chain is what followed.
bool is_entry_step(const Investigation::Finding& finding) {
  return !finding.attack_ids.empty() &&
         std::all_of(finding.attack_ids.begin(), finding.attack_ids.end(), is_entry_technique);
}

Json chain_json(const Investigation& found, const Investigation::EntryVector& vector) {
  Json out = Json::array();
  for (const std::string& id : vector.chain) {
    const Investigation::Finding* finding = found.finding(id);
    if (finding == nullptr) continue;
    out.push_back({{"finding", id},
                   {"stage", is_entry_step(*finding) ? "entry" : "action"},
                   {"time", maybe_time(found, id, finding->time)},
                   {"title", finding_title(*finding)},
                   {"path", finding->path}});
  }
  return out;
}

Json entry_title(const Investigation::EntryVector& vector) {
  const std::string family = technique_family(vector.technique);
  const std::string key = "entry." + family;
  if (!ja().has(key)) {
    return {{"ja", ja().say("entry.other", {{"technique", vector.technique}})}, {"en", vector.title}};
  }
  return both(key, {{"account", vector.account}, {"address", vector.address}});
}

std::string text_or_unknown(const std::optional<Timestamp>& time) {
  return time ? time_json(*time)["utc"].get<std::string>() : "";
}

/// The probe's English sentence; in Japanese our own wording of it, or the sentence marked as the original.
Json gap_text(const std::string& table, const std::string& original) {
  if (original.empty()) return {{"ja", ""}, {"en", ""}};
  if (const auto known = reword(ja().data()["gap_" + table], original)) {
    return {{"ja", *known}, {"en", original}};
  }
  return both("gap." + table + "_original", {{"original", original}});
}

/// What a timeline entry says in Japanese: its finding's title, with what the entry adds to it (a command),
/// or a wording of its own.
std::string timeline_text_ja(const Investigation::TimelineEntry& entry,
                             const Investigation::Finding* finding) {
  if (finding != nullptr && entry.text.starts_with(finding->title)) {
    return title_ja(*finding) + entry.text.substr(finding->title.size());
  }
  if (auto own = reword(ja().data()["timeline_text"], entry.text)) return *own;
  return finding != nullptr ? title_ja(*finding) : entry.text;
}

}  // namespace

std::string technique_family(std::string_view attack_id) {
  return std::string(attack_id.substr(0, attack_id.find('.')));
}

bool is_entry_technique(std::string_view attack_id) {
  const Json& known = advice_data()["entry_techniques"];
  return std::find(known.begin(), known.end(), technique_family(attack_id)) != known.end();
}

Json finding_title(const Investigation::Finding& finding) {
  return {{"ja", title_ja(finding)}, {"en", finding.title}};
}

Json entry_vectors_json(const Investigation& found) {
  Json out = Json::array();
  for (const Investigation::EntryVector& vector : found.entry_vectors.items) {
    const Json wording = both("confidence_why." + vector.confidence);
    out.push_back({{"technique", vector.technique},
                   {"title", entry_title(vector)},
                   {"confidence", vector.confidence},
                   {"why", {{"ja", wording["ja"]}, {"en", vector.why}}},
                   {"account", vector.account},
                   {"address", vector.address},
                   {"at", maybe_time(found, "", vector.at)},
                   {"chain", chain_json(found, vector)}});
  }
  return out;
}

Json findings_json(const Investigation& found) {
  Json items = Json::array();
  for (const Investigation::Finding& finding : found.findings.items) {
    items.push_back({{"id", finding.id},
                     {"rule", finding.rule},
                     {"by", "probe"},
                     {"severity", finding.severity},
                     {"confidence", finding.confidence},
                     {"attack_ids", finding.attack_ids},
                     {"stage", is_entry_step(finding) ? "entry" : "action"},
                     {"title", finding_title(finding)},
                     {"why", why_json(finding)},
                     {"benign", benign_json(finding)},
                     {"path", finding.path},
                     {"account", finding.account},
                     {"address", finding.address},
                     {"time", maybe_time(found, finding.id, finding.time)},
                     {"evidence", evidence_json(finding)},
                     {"evidence_omitted", finding.evidence_omitted}});
  }
  return {{"items", items}, {"omitted", found.findings.omitted()}};
}

Json timeline_json(const Investigation& found) {
  Json items = Json::array();
  for (const Investigation::TimelineEntry& entry : found.timeline.items) {
    const Investigation::Finding* finding = found.finding(entry.finding);
    const Json text{{"ja", timeline_text_ja(entry, finding)}, {"en", entry.text}};
    items.push_back({{"time", time_json(entry.time, entry.utc_offset)},
                     {"text", text},
                     {"source", entry.source},
                     {"finding", finding != nullptr ? entry.finding : ""}});
  }
  return {{"items", items}, {"omitted", found.timeline.omitted()}};
}

Json impact_json(const Investigation& found) {
  const auto list = [](const Investigation::Bounded<std::string>& from) {
    return Json{{"items", from.items}, {"omitted", from.omitted()}};
  };
  return {
      {"accounts", list(found.accounts)}, {"files", list(found.files)}, {"addresses", list(found.addresses)}};
}

Json software_json(const Investigation& found) {
  Json items = Json::array();
  for (const Investigation::Software& piece : found.software.items) {
    items.push_back({{"name", piece.name},
                     {"kind", piece.kind},
                     {"version", piece.version},
                     {"path", piece.path},
                     {"support_ended", piece.support_ended}});
  }
  return {{"items", items}, {"omitted", found.software.omitted()}};
}

Json gaps_json(const Investigation& found) {
  Json items = Json::array();
  for (const Investigation::Gap& gap : found.gaps.items) {
    items.push_back({{"path", gap.path},
                     {"offset", gap.offset},
                     {"bytes", gap.bytes},
                     {"reason", gap_text("reason", gap.reason)},
                     {"prevents", gap_text("prevents", gap.prevents)},
                     {"from", text_or_unknown(gap.from)},
                     {"to", text_or_unknown(gap.to)}});
  }
  return {{"items", items}, {"omitted", found.gaps.omitted()}};
}

Json sandbox_json(const Investigation& found) {
  const auto& known = ja().data()["walls"];
  Json walls = Json::array();
  for (const Investigation::Wall& wall : found.sandbox) {
    const bool worded = known.contains("name_" + wall.level);
    const Json name =
        worded ? both("walls.name_" + wall.level) : Json{{"ja", wall.level}, {"en", wall.level}};
    walls.push_back({{"level", wall.level},
                     {"held", wall.held},
                     {"name", name},
                     {"why", wall.held && worded ? both("walls.keeps_" + wall.level)
                                                 : both("gap.reason_original", {{"original", wall.why}})}});
  }
  return walls;
}

Json evidence_files_json(const Investigation& found) {
  std::map<std::pair<std::string, std::string>, std::set<std::string>> uses;
  for (const Investigation::Finding& finding : found.findings.items) {
    for (const Investigation::Evidence& piece : finding.evidence) {
      uses[{piece.file, piece.sha256}].insert(finding.id);
    }
  }
  Json files = Json::array();
  for (const auto& [file, findings] : uses) {
    if (files.size() == kEvidenceFilesMax) break;
    files.push_back({{"file", file.first}, {"sha256", file.second}, {"findings", findings}});
  }
  const std::size_t omitted = uses.size() - files.size();
  return {{"files", files}, {"omitted", omitted}};
}

std::string server_clock(const Investigation& found) {
  if (found.timeline.items.empty()) return "unknown";
  const bool same =
      std::all_of(found.timeline.items.begin(), found.timeline.items.end(),
                  [](const Investigation::TimelineEntry& entry) { return entry.utc_offset == kJapanOffset; });
  return same ? "same" : "other";
}

}  // namespace rescue::report
