#include "document.hpp"

#include <algorithm>
#include <cctype>
#include <numeric>
#include <set>
#include <tuple>

#include "rescue/evidence/excerpt.hpp"

#ifndef RESCUE_VERSION
#error "RESCUE_VERSION is set by the build"
#endif

namespace rescue::detect {
namespace {

constexpr int kSchemaVersion = 1;
constexpr std::size_t kMostNotes = 5000;

std::string clean(std::string_view text, std::size_t max_bytes = 2000) {
  return evidence::escape_excerpt(text, max_bytes);
}

std::string time_text(const std::optional<Timestamp>& t) {
  return t ? format_rfc3339(*t) : "";
}

std::string offset_text(std::int32_t seconds) {
  const auto minutes = std::abs(seconds) / 60;
  std::string text = seconds < 0 ? "-" : "+";
  for (const int part : {minutes / 60, minutes % 60}) {
    text += static_cast<char>('0' + part / 10);
    text += static_cast<char>('0' + part % 10);
    if (text.size() == 3) text += ':';
  }
  return text;
}

std::string finding_id(std::size_t number) {
  const auto digits = std::to_string(number);
  return "F" + std::string(digits.size() < 3 ? 3 - digits.size() : 0, '0') + digits;
}

Json evidence_json(const EvidenceRef& ref) {
  Json json{{"file", clean(ref.file)}, {"sha256", ref.sha256}, {"excerpt", clean(ref.excerpt, 400)}};
  if (ref.line) json["line"] = *ref.line;
  if (ref.record) json["record"] = *ref.record;
  if (ref.offset) json["offset"] = *ref.offset;
  return json;
}

Json finding_json(const Finding& f) {
  Json evidence = Json::array();
  for (const auto& ref : f.evidence) evidence.push_back(evidence_json(ref));
  return {{"id", f.id},
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
}

Json vectors_json(const std::vector<EntryVector>& vectors, const CaseFile& file) {
  Json list = Json::array();
  for (const auto& v : vectors) {
    Json chain = Json::array();
    for (const auto index : v.chain) chain.push_back(file.findings[index].id);
    list.push_back({{"technique", v.technique},
                    {"title", clean(v.title)},
                    {"confidence", to_string(v.confidence)},
                    {"why", clean(v.why)},
                    {"account", clean(v.account)},
                    {"address", clean(v.address)},
                    {"at", format_rfc3339(v.at)},
                    {"chain", std::move(chain)}});
  }
  return list;
}

Json timeline_json(const CaseFile& file, const evidence::TimeZone& zone) {
  auto notes = file.notes;
  const auto key = [](const Note& n) { return std::tie(n.time, n.source, n.text); };
  std::stable_sort(notes.begin(), notes.end(), [&](const Note& a, const Note& b) { return key(a) < key(b); });
  notes.erase(
      std::unique(notes.begin(), notes.end(), [&](const Note& a, const Note& b) { return key(a) == key(b); }),
      notes.end());
  if (notes.size() > kMostNotes) notes.resize(kMostNotes);
  Json list = Json::array();
  for (const auto& note : notes) {
    Json json{{"time", format_rfc3339(note.time)},
              {"utc_offset", offset_text(zone.offset_at(to_us(note.time) / 1'000'000))},
              {"text", clean(note.text, 600)},
              {"source", clean(note.source)}};
    if (note.finding) json["finding"] = file.findings[*note.finding].id;
    list.push_back(std::move(json));
  }
  return list;
}

/// Hosts that downloads and connections in an excerpt name: what follows "://" or "/dev/tcp/".
void add_hosts(std::string_view text, std::set<std::string>& hosts) {
  for (const std::string_view mark : {"://", "/dev/tcp/", "/dev/udp/"}) {
    for (auto at = text.find(mark); at != text.npos; at = text.find(mark, at + 1)) {
      auto host = text.substr(at + mark.size());
      host = host.substr(0, host.find_first_of("/:\"' \t|;)&>`"));
      const bool good =
          !host.empty() && host.size() < 254 && std::all_of(host.begin(), host.end(), [](char c) {
            return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '.' || c == '-';
          });
      if (good) hosts.emplace(host);
    }
  }
}

Json impact_json(const CaseFile& file) {
  std::set<std::string> accounts, files, addresses;
  for (const auto& account : file.reached_accounts) accounts.insert(clean(account));
  for (const auto& break_in : file.break_ins) {
    accounts.insert(clean(break_in.account));
    addresses.insert(clean(break_in.address));
  }
  for (const auto& finding : file.findings) {
    if (finding.severity < Severity::kMedium) continue;
    accounts.insert(clean(finding.account));
    files.insert(clean(finding.path));
    addresses.insert(clean(finding.address));
    const bool commands = finding.rule.starts_with("cron.") || finding.rule.starts_with("keys.");
    for (const auto& ref : finding.evidence) {
      if (commands) add_hosts(ref.excerpt, addresses);
    }
  }
  for (auto* set : {&accounts, &files, &addresses}) set->erase("");
  return {{"accounts", accounts}, {"files", files}, {"addresses", addresses}};
}

Json gaps_json(const evidence::Gaps& gaps) {
  auto sorted = gaps;
  const auto key = [](const evidence::Gap& g) { return std::tie(g.path, g.offset, g.reason, g.prevents); };
  std::stable_sort(sorted.begin(), sorted.end(),
                   [&](const auto& a, const auto& b) { return key(a) < key(b); });
  sorted.erase(std::unique(sorted.begin(), sorted.end(),
                           [&](const auto& a, const auto& b) { return key(a) == key(b); }),
               sorted.end());
  Json list = Json::array();
  for (const auto& gap : sorted) {
    list.push_back({{"path", clean(gap.path)},
                    {"offset", gap.offset},
                    {"bytes", gap.bytes},
                    {"reason", clean(gap.reason)},
                    {"prevents", clean(gap.prevents)},
                    {"period", {{"from", time_text(gap.period.from)}, {"to", time_text(gap.period.to)}}}});
  }
  return list;
}

Json counts_json(const CaseFile& file, const Scene& scene, std::size_t gaps) {
  std::uint64_t files = file.files_scanned, bytes = file.bytes_scanned, lines = 0, events = 0;
  for (const auto& log : scene.logs) {
    ++files;
    bytes += log.plain_bytes;
    lines += log.lines;
    events += log.events;
  }
  for (const auto& keys : scene.artifacts.keys) bytes += keys.info.size;
  for (const auto& cron : scene.artifacts.cron) bytes += cron.info.size;
  files +=
      scene.artifacts.keys.size() + scene.artifacts.cron.size() + (scene.artifacts.accounts.read ? 1 : 0);
  return {{"files_read", files},
          {"bytes_read", bytes},
          {"lines", lines},
          {"events", events},
          {"accounts", scene.artifacts.accounts.accounts.size()},
          {"keys", std::accumulate(scene.artifacts.keys.begin(), scene.artifacts.keys.end(), std::size_t{0},
                                   [](std::size_t n, const auto& f) { return n + f.keys.size(); })},
          {"cron_entries",
           std::accumulate(scene.artifacts.cron.begin(), scene.artifacts.cron.end(), std::size_t{0},
                           [](std::size_t n, const auto& f) { return n + f.entries.size(); })},
          {"web_files", file.files_scanned},
          {"findings", file.findings.size()},
          {"gaps", gaps}};
}

}  // namespace

void settle_findings(CaseFile& file, const Scene& scene) {
  std::map<std::string, const std::string*> hashes;
  for (const auto& log : scene.logs) hashes[log.path] = &log.sha256;
  for (auto& finding : file.findings) {
    for (auto& ref : finding.evidence) {
      const auto at = hashes.find(ref.file);
      if (ref.sha256.empty() && at != hashes.end()) ref.sha256 = *at->second;
    }
  }
  std::vector<std::size_t> order(file.findings.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  const auto key = [&](std::size_t i) {
    const auto& f = file.findings[i];
    return std::tuple(f.time.value_or(Timestamp::max()), f.rule, f.path, f.account, f.address,
                      f.evidence.empty() ? 0 : f.evidence[0].line.value_or(0));
  };
  std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) { return key(a) < key(b); });
  std::vector<Finding> sorted;
  std::vector<std::size_t> place(order.size());
  for (const auto old : order) {
    place[old] = sorted.size();
    sorted.push_back(std::move(file.findings[old]));
    sorted.back().id = finding_id(sorted.size());
  }
  file.findings = std::move(sorted);
  for (auto& break_in : file.break_ins) break_in.finding = place[break_in.finding];
  for (auto& note : file.notes) {
    if (note.finding) note.finding = place[*note.finding];
  }
}

Json to_document(const CaseFile& file, const std::vector<EntryVector>& vectors, const Verdict& verdict,
                 const Scene& scene) {
  const auto& host = scene.artifacts.host;
  evidence::Period period;
  for (const auto& log : scene.logs) {
    if (log.period.from) period.include(*log.period.from);
    if (log.period.to) period.include(*log.period.to);
  }
  Json findings = Json::array();
  for (const auto& finding : file.findings) findings.push_back(finding_json(finding));
  auto gaps = gaps_json(file.gaps);
  auto counts = counts_json(file, scene, gaps.size());
  const auto judgement = [](const Judgement& j) {
    return Json{{"state", to_string(j.state)}, {"why", clean(j.why, 4000)}};
  };
  return {{"schema_version", kSchemaVersion},
          {"tool", {{"name", "rescue-probe"}, {"version", RESCUE_VERSION}}},
          {"host",
           {{"hostname", clean(host.hostname)},
            {"os", clean(host.os_name)},
            {"os_id", clean(host.os_id)},
            {"os_version", clean(host.os_version)},
            {"time_zone", clean(host.zone.name())}}},
          {"period", {{"from", time_text(period.from)}, {"to", time_text(period.to)}}},
          {"verdict",
           {{"intrusion", judgement(verdict.intrusion)}, {"mail_abuse", judgement(verdict.mail_abuse)}}},
          {"cause", {{"known", verdict.cause_known}, {"why", clean(verdict.cause_why, 4000)}}},
          {"entry_vectors", vectors_json(vectors, file)},
          {"findings", std::move(findings)},
          {"timeline", timeline_json(file, host.zone)},
          {"impact", impact_json(file)},
          {"gaps", std::move(gaps)},
          {"counts", std::move(counts)}};
}

}  // namespace rescue::detect
