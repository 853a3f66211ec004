#include "document.hpp"

#include <numeric>

#include "document_parts.hpp"
#include "software_list.hpp"

#ifndef RESCUE_VERSION
#error "RESCUE_VERSION is set by the build"
#endif

namespace rescue::detect {
namespace {

constexpr int kSchemaVersion = 1;

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

/// A gap that says how many `things` ("ways in are") the document has no room for.
void tell(std::vector<evidence::Gap>& told, std::uint64_t count, const std::string& things) {
  if (count == 0) return;
  told.push_back({.path = "/",
                  .reason = std::to_string(count) + " more " + things + " counted but not listed",
                  .prevents = "naming every one of them"});
}

std::vector<evidence::Gap> what_was_left_out(const CaseFile& file) {
  auto told = file.gaps.left_out();
  for (const auto& [rule, left_out] : file.left_out)
    tell(told, left_out.count, "findings of the rule " + rule + " are");
  if (file.break_ins_left_out > 0) {
    told.push_back({.path = "/",
                    .reason = std::to_string(file.break_ins_left_out) +
                              " more break-ins are counted but were not followed",
                    .prevents = "linking them with what was changed in their time"});
  }
  return told;
}

/// Only where something was left out: a document that tells all has no such counts.
void add_left_out(Json& counts, const CaseFile& file, std::uint64_t timeline, std::uint64_t gaps) {
  std::uint64_t findings = 0;
  for (const auto& [rule, left_out] : file.left_out) findings += left_out.count;
  gaps += file.gaps.left_out_count();
  if (findings > 0) counts["findings_left_out"] = findings;
  if (timeline > 0) counts["timeline_left_out"] = timeline;
  if (gaps > 0) counts["gaps_left_out"] = gaps;
}

}  // namespace

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
  auto timeline = timeline_list(file, host.zone);
  auto listed_vectors = vectors_list(vectors, file);
  auto impact = impact_of(file);
  auto told = what_was_left_out(file);
  tell(told, timeline.left_out, "lines of the timeline are");
  tell(told, listed_vectors.left_out, "ways in are");
  auto software = software_list(file);
  tell(told, software.left_out, "pieces of software are");
  tell(told, impact.left_out, "accounts, files and addresses are");
  auto gaps = gaps_list(file.gaps, told);
  auto counts = counts_json(file, scene, gaps.items.size());
  add_left_out(counts, file, timeline.left_out, gaps.left_out);
  const auto judgement = [](const Judgement& j) {
    return Json{{"state", to_string(j.state)}, {"why", clean(j.why, 4000)}};
  };
  auto mail_abuse = judgement(verdict.mail_abuse);
  mail_abuse["ways"] = verdict.mail_ways;
  return {{"schema_version", kSchemaVersion},
          {"tool", {{"name", "rescue-probe"}, {"version", RESCUE_VERSION}}},
          {"host",
           {{"hostname", clean(host.hostname)},
            {"os", clean(host.os_name)},
            {"os_id", clean(host.os_id)},
            {"os_version", clean(host.os_version)},
            {"time_zone", clean(host.zone.name())}}},
          {"period", {{"from", time_text(period.from)}, {"to", time_text(period.to)}}},
          {"verdict", {{"intrusion", judgement(verdict.intrusion)}, {"mail_abuse", std::move(mail_abuse)}}},
          {"cause", {{"known", verdict.cause_known}, {"why", clean(verdict.cause_why, 4000)}}},
          {"entry_vectors", std::move(listed_vectors.items)},
          {"findings", std::move(findings)},
          {"timeline", std::move(timeline.items)},
          {"impact", std::move(impact.lists)},
          {"software", std::move(software.items)},
          {"gaps", std::move(gaps.items)},
          {"counts", std::move(counts)}};
}

}  // namespace rescue::detect
