#include <algorithm>
#include <set>

#include "clean_text.hpp"
#include "phrases.hpp"
#include "report_parts.hpp"

namespace rescue::report {
namespace {

constexpr std::size_t kGapReasonsMax = 3;

bool starts_with_any(std::string_view text, const Json& prefixes) {
  return std::any_of(prefixes.begin(), prefixes.end(), [&](const Json& prefix) {
    return text.substr(0, prefix.get_ref<const std::string&>().size()) ==
           prefix.get_ref<const std::string&>();
  });
}

/// Gaps that can hide a break-in: all but those that stand only in the way of a word on mail.
std::vector<const Investigation::Gap*> gaps_that_matter(const Investigation& found) {
  std::vector<const Investigation::Gap*> out;
  for (const Investigation::Gap& gap : found.gaps.items) {
    if (gap.prevents.empty() || starts_with_any(gap.path, advice_data()["mail_paths"])) continue;
    out.push_back(&gap);
  }
  return out;
}

bool suspects_intrusion(const Investigation& found) {
  return found.intrusion.state == "confirmed" || found.intrusion.state == "suspected";
}

std::string outcome_state(const Investigation& found, bool gaps) {
  if (found.intrusion.state == "undetermined") return "limited_evidence";
  if (suspects_intrusion(found) && found.cause_known && found.entry_vectors.total > 0) {
    return "cause_identified";
  }
  if (found.intrusion.state == "none_found") return "cause_unknown";
  return gaps ? "limited_evidence" : "cause_unknown";
}

Json headline(const ReportInput& input, const Investigation& found, const std::string& outcome, bool gaps) {
  const std::string& state = found.intrusion.state;
  const std::string server = clean_text(input.server_id);
  std::string key = state == "confirmed" ? "intrusion" : state;
  if (state == "confirmed" || state == "suspected") {
    key += outcome == "cause_identified" ? "_known" : outcome == "cause_unknown" ? "_unknown" : "_limited";
  } else if (state == "none_found") {
    key = gaps ? "none_limited" : "none";
  }
  return both("headline." + key, {{"server", server}});
}

void add_gap_reasons(const std::vector<const Investigation::Gap*>& gaps, std::size_t omitted, Json& reasons) {
  std::set<std::string> named;
  for (const Investigation::Gap* gap : gaps) {
    if (named.size() == kGapReasonsMax || gap->path.empty() || !named.insert(gap->path).second) continue;
    reasons.push_back(both("outcome_reason.gap", {{"path", gap->path}}));
  }
  const std::size_t more = gaps.size() + omitted - std::min(gaps.size() + omitted, named.size());
  if (more > 0) reasons.push_back(both("outcome_reason.gaps_more", {{"count", std::to_string(more)}}));
}

std::size_t chain_files(const Investigation& found) {
  std::set<std::string> files;
  for (const std::string& id : found.entry_vectors.items.front().chain) {
    const Investigation::Finding* finding = found.finding(id);
    if (finding == nullptr) continue;
    for (const Investigation::Evidence& piece : finding->evidence) files.insert(piece.file);
  }
  return files.size();
}

/// Critical or high findings that name root or a technique that works on the system itself: the third party
/// may have held every right on the server.
bool root_was_used(const Investigation& found) {
  const Json& techniques = advice_data()["system_techniques"];
  const auto on_the_system = [&](const std::string& id) {
    return std::find(techniques.begin(), techniques.end(), technique_family(id)) != techniques.end();
  };
  return std::any_of(
      found.findings.items.begin(), found.findings.items.end(), [&](const Investigation::Finding& finding) {
        const bool system = finding.account == "root" ||
                            std::any_of(finding.attack_ids.begin(), finding.attack_ids.end(), on_the_system);
        return system && severity_rank(finding.severity) >= 3;
      });
}

/// Findings of guessing, where nobody got in.
std::size_t guessing_findings(const Investigation& found) {
  return static_cast<std::size_t>(
      std::count_if(found.findings.items.begin(), found.findings.items.end(), [](const auto& finding) {
        return !finding.attack_ids.empty() && technique_family(finding.attack_ids.front()) == "T1110";
      }));
}

std::size_t findings_of(const Investigation& found, const Json& rule_prefixes) {
  return static_cast<std::size_t>(std::count_if(
      found.findings.items.begin(), found.findings.items.end(), [&](const Investigation::Finding& finding) {
        return severity_rank(finding.severity) >= 2 && starts_with_any(finding.rule, rule_prefixes);
      }));
}

Json area(const std::string& id, const std::string& state, std::size_t count) {
  return {{"id", id},
          {"name", both("areas." + id)},
          {"state", state},
          {"text", both("areas." + state, {{"count", std::to_string(count)}})}};
}

std::string mail_area_state(const Investigation& found) {
  const std::string& state = found.mail_abuse.state;
  if (state == "none_found") return "nothing_found";
  return state == "undetermined" ? "not_determined" : "found";
}

Json scope_item(const char* state, Json why) {
  return {{"state", state}, {"why", std::move(why)}};
}

Json entry_route_scope(const Investigation& found, const Outcome& outcome) {
  if (outcome.state == "cause_identified") return scope_item("done", both("scope_why.entry_route_done"));
  if (outcome.state == "limited_evidence") {
    return scope_item("impossible", both("scope_why.entry_route_limited"));
  }
  if (suspects_intrusion(found)) return scope_item("impossible", both("scope_why.entry_route_unknown"));
  return scope_item("done", both("scope_why.entry_route_none"));
}

Json impact_scope(const Investigation& found) {
  if (found.intrusion.state == "undetermined") {
    return scope_item("impossible", both("scope_why.impact_impossible"));
  }
  const bool any = found.accounts.total + found.files.total + found.addresses.total > 0;
  return scope_item("done", both(any ? "scope_why.impact_done" : "scope_why.impact_none"));
}

}  // namespace

namespace {

/// R15, R37: what a person said is the outcome, with their reason.
Outcome judged_by_person(const ReportInput& input, const Investigation& found) {
  Outcome out;
  out.state = input.completion->outcome;
  out.headline = headline(input, found, out.state, out.state == "limited_evidence");
  const auto& reason = input.completion->reason;
  out.reasons.push_back(both("outcome_reason.by_person"));
  out.reasons.push_back({{"ja", clean_text(reason.ja, {.chars_max = 1'000})},
                         {"en", clean_text(reason.en, {.chars_max = 1'000})}});
  out.by = "person";
  return out;
}

}  // namespace

Outcome judge(const ReportInput& input, const Investigation& found) {
  if (input.completion) return judged_by_person(input, found);
  if (input.work_item == "mail_abuse_response") return judge_response(input, found);
  const auto gaps = gaps_that_matter(found);
  Outcome out;
  out.state = outcome_state(found, !gaps.empty());
  out.headline = headline(input, found, out.state, !gaps.empty());
  if (out.state == "cause_identified") {
    out.reasons.push_back(both("outcome_reason.chain", {{"files", std::to_string(chain_files(found))}}));
  } else if (found.intrusion.state == "confirmed") {
    out.reasons.push_back(both("outcome_reason.cause_unknown"));
  } else if (found.intrusion.state == "suspected") {
    out.reasons.push_back(both("outcome_reason.suspicion_only"));
  } else if (found.intrusion.state == "none_found") {
    out.reasons.push_back(both("outcome_reason.no_trace"));
    const std::size_t guessing = guessing_findings(found);
    if (guessing > 0 && found.entry_vectors.total == 0) {
      out.reasons.push_back(both("entry.guessing_only", {{"count", std::to_string(guessing)}}));
    }
  } else {
    out.reasons.push_back(both("outcome_reason.undetermined"));
  }
  const std::string& mail = found.mail_abuse.state;
  if (mail == "confirmed" || mail == "suspected") out.reasons.push_back(both("outcome_reason.mail_" + mail));
  add_gap_reasons(gaps, found.gaps.omitted(), out.reasons);
  return out;
}

Json verdict_json(const Investigation& found) {
  const auto one = [](const char* name, const Investigation::Judgement& judgement) {
    const Json wording = both(std::string("verdict_why.") + name + "." + judgement.state);
    return Json{{"state", judgement.state}, {"why", {{"ja", wording["ja"]}, {"en", judgement.why}}}};
  };
  return {{"intrusion", one("intrusion", found.intrusion)},
          {"mail_abuse", one("mail_abuse", found.mail_abuse)}};
}

Json areas_json(const Investigation& found) {
  Json out = Json::array();
  for (const Json& known : advice_data()["areas"]) {
    const std::size_t count = findings_of(found, known["rules"]);
    const bool gap = std::any_of(found.gaps.items.begin(), found.gaps.items.end(),
                                 [&](const auto& g) { return starts_with_any(g.path, known["paths"]); });
    const char* state = count > 0 ? "found" : gap ? "partly_seen" : "nothing_found";
    out.push_back(area(known["id"], state, count));
  }
  const Json mail_rules = Json::array({"mail."});
  out.push_back(
      area("mail", mail_area_state(found), std::max<std::size_t>(1, findings_of(found, mail_rules))));
  return out;
}

Json scope_json(const Investigation& found, const Outcome& outcome) {
  const std::string files = std::to_string(found.counts.at("files_read"));
  const std::string findings = std::to_string(found.findings.total);
  return {{"server_check", scope_item("done", both("scope_why.server_check_done",
                                                   {{"files", files}, {"findings", findings}}))},
          {"entry_route", entry_route_scope(found, outcome)},
          {"impact", impact_scope(found)},
          {"data_recovery", scope_item("not_ordered", both("scope_why.data_recovery_not_ordered"))},
          {"countermeasures", scope_item("done", both("scope_why.countermeasures_done"))}};
}

Json recovery_json(const Investigation& found) {
  std::string recommended = "none";
  std::string reason = "none";
  if (suspects_intrusion(found) && root_was_used(found)) {
    recommended = reason = "investigation_recovery_reinstall";
  } else if (found.intrusion.state == "confirmed") {
    recommended = reason = "investigation_recovery";
  } else if (found.intrusion.state != "none_found") {
    reason = found.intrusion.state;
  }
  return {{"state", "not_ordered"},
          {"text", both("recovery.not_ordered")},
          {"recommendation", {{"work_item", recommended}, {"reason", both("recommendation." + reason)}}}};
}

}  // namespace rescue::report
