#include <set>

#include "report_view.hpp"

namespace rescue::report {
namespace {

void write_chain(HtmlWriter& out, const ReportView& report, const Json& vector) {
  const Json& chain = ReportView::part_of(vector, "/chain");
  if (chain.empty()) return;
  out.element("p", report.say("entry.chain_intro"));
  out.raw("<ol class=\"chain\">\n");
  for (const Json& step : chain) {
    const bool entry = ReportView::text_of(step, "/stage") == "entry";
    out.open("li", entry ? "entry" : "action");
    out.element("span", report.full_time(ReportView::part_of(step, "/time")), "when");
    out.element("span", report.say(entry ? "entry.stage_entry" : "entry.stage_action"), "stage");
    out.element("span", report.both_of(step, "/title"), "what");
    out.close("li");
  }
  out.raw("</ol>\n");
}

void write_vector(HtmlWriter& out, const ReportView& report, const Json& vector) {
  out.element("p", report.both_of(vector, "/title"), "lead");
  write_chain(out, report, vector);
  out.open("p");
  out.element("b", report.say("entry.why"));
  out.text(" " + report.both_of(vector, "/why") + " (" + report.say("column.confidence") + ": " +
           report.say_word("confidence", ReportView::text_of(vector, "/confidence")) + ")");
  out.close("p");
}

void write_entry(HtmlWriter& out, const ReportView& report) {
  out.element("h3", report.say("heading.entry"));
  const Json& vectors = report.part("/investigation/entry_vectors");
  if (vectors.empty()) {
    const bool clean = report.text("/verdict/intrusion/state") == "none_found";
    out.element("p", report.say(clean ? "entry.none_needed" : "entry.none"));
    return;
  }
  const std::string clock = report.text("/investigation/clock");
  out.element("p",
              report.say(clock == "same"    ? "time.same_clock"
                         : clock == "other" ? "time.other_clock"
                                            : "time.unknown_clock"),
              "note");
  write_vector(out, report, vectors.front());
  if (vectors.size() == 1) return;
  out.element("h4", report.say("entry.also"));
  for (std::size_t i = 1; i < vectors.size(); ++i) write_vector(out, report, vectors[i]);
}

std::string place_of(const ReportView& report, const Json& evidence) {
  std::string out = ReportView::text_of(evidence, "/file");
  const std::string place = ReportView::text_of(evidence, "/place");
  if (place.empty()) return out;
  const std::string number = ReportView::count_of(evidence, "/number");
  for (const char* known : {"line", "record", "entry", "offset"}) {
    if (place == known)
      out += " (" + report.say(std::string("evidence.") + known, {{"number", number}}) + ")";
  }
  return out;
}

void write_finding(HtmlWriter& out, const ReportView& report, const Json& finding) {
  const std::string severity = ReportView::text_of(finding, "/severity");
  const bool grave = severity == "critical" || severity == "high";
  out.open("article", grave ? "finding grave" : "finding");
  out.open("h4");
  out.element("span", ReportView::text_of(finding, "/id"), "id");
  out.text(report.both_of(finding, "/title"));
  out.close("h4");
  out.element(
      "p",
      report.full_time(ReportView::part_of(finding, "/time")) + " · " + report.say("column.severity") + ": " +
          report.say_word("severity", severity) + " · " + report.say("column.confidence") + ": " +
          report.say_word("confidence", ReportView::text_of(finding, "/confidence")) +
          (ReportView::text_of(finding, "/by") == "person" ? " · " + report.say("actions.by_person") : ""),
      "meta");
  out.raw("<dl>\n");
  out.definition(report.say("column.path"), ReportView::text_of(finding, "/path"), "mono");
  out.definition(report.say("actions.why"), report.both_of(finding, "/why"));
  out.definition(report.say("actions.benign"), report.both_of(finding, "/benign"));
  out.raw("</dl>\n");
  for (const Json& piece : ReportView::part_of(finding, "/evidence")) {
    out.raw("<figure>");
    out.element("figcaption", report.say("actions.evidence") + ": " + place_of(report, piece));
    out.element("pre", ReportView::text_of(piece, "/excerpt"));
    out.raw("</figure>\n");
  }
  if (ReportView::count_of(finding, "/evidence_omitted") != "0") {
    out.element(
        "p", report.say("evidence.omitted", {{"count", ReportView::count_of(finding, "/evidence_omitted")}}),
        "note");
  }
  out.close("article");
}

std::set<std::string> chained_findings(const ReportView& report) {
  std::set<std::string> out;
  for (const Json& vector : report.part("/investigation/entry_vectors")) {
    for (const Json& step : ReportView::part_of(vector, "/chain"))
      out.insert(ReportView::text_of(step, "/finding"));
  }
  return out;
}

void write_actions(HtmlWriter& out, const ReportView& report) {
  out.element("h3", report.say("heading.actions"));
  const std::set<std::string> chained = chained_findings(report);
  std::vector<const Json*> others;
  std::size_t told = 0;
  for (const Json& finding : report.part("/investigation/findings/items")) {
    if (!is_told(finding)) continue;
    if (!chained.contains(ReportView::text_of(finding, "/id"))) {
      others.push_back(&finding);
    } else if (ReportView::text_of(finding, "/stage") == "action") {
      write_finding(out, report, finding);
      ++told;
    }
  }
  const bool clean = report.text("/verdict/intrusion/state") == "none_found";
  if (told == 0) out.element("p", report.say(clean ? "actions.none_needed" : "actions.none"));
  if (!others.empty()) out.element("h4", report.say("heading.other_findings"));
  for (const Json* finding : others) write_finding(out, report, *finding);
  const std::string omitted = ReportView::count_of(report.part("/investigation"), "/findings/omitted");
  if (omitted != "0") out.element("p", report.say("actions.omitted", {{"count", omitted}}), "note");
}

void write_impact_list(HtmlWriter& out, const ReportView& report, const char* name) {
  const Json& list = report.part((std::string("/investigation/impact/") + name).c_str());
  out.raw("<div>");
  out.element("dt", report.say(std::string("impact.") + name));
  const Json& items = ReportView::part_of(list, "/items");
  if (items.empty()) out.element("dd", report.say("impact.none"));
  for (const Json& item : items) out.element("dd", item.is_string() ? item.get<std::string>() : "", "mono");
  const std::string omitted = ReportView::count_of(list, "/omitted");
  if (omitted != "0") out.element("dd", report.say("impact.omitted", {{"count", omitted}}));
  out.raw("</div>\n");
}

void write_impact(HtmlWriter& out, const ReportView& report) {
  out.element("h3", report.say("heading.impact"));
  out.raw("<dl class=\"impact\">\n");
  for (const char* name : {"accounts", "files", "addresses"}) write_impact_list(out, report, name);
  out.raw("</dl>\n");
  if (report.text("/verdict/intrusion/state") != "none_found") {
    out.element("p", report.say("impact.data_note"), "note");
  }
}

void write_areas(HtmlWriter& out, const ReportView& report) {
  out.element("h3", report.say("heading.areas"));
  const std::string files = ReportView::count_of(report.part("/investigation"), "/counts/files_read");
  out.element("p", report.say("areas.read", {{"files", files}}));
  out.begin_table(report.say("heading.areas"), {report.say("column.area"), report.say("column.result")});
  for (const Json& area : report.part("/investigation/areas")) {
    const bool found = ReportView::text_of(area, "/state") == "found";
    out.row({{report.both_of(area, "/name")}, {report.both_of(area, "/text"), found ? "alert" : ""}});
  }
  out.end_table();
  out.element("p", report.say("areas.caution"), "note");
}

/// Left out where none was found.
void write_software(HtmlWriter& out, const ReportView& report) {
  const Json& items = report.part("/investigation/software/items");
  if (items.empty()) return;
  out.element("h3", report.say("heading.software"));
  out.begin_table(report.say("heading.software"),
                  {report.say("column.software"), report.say("column.version"), report.say("column.kind"),
                   report.say("column.places"), report.say("software.support")});
  for (const Json& piece : items) {
    const std::string ended = ReportView::text_of(piece, "/support_ended");
    out.row({{ReportView::text_of(piece, "/name")},
             {ReportView::text_of(piece, "/version")},
             {report.say_word("software.kind", ReportView::text_of(piece, "/kind"))},
             {ReportView::text_of(piece, "/path"), "mono"},
             {ended.empty() ? "" : report.say("software.ended", {{"day", ended}}),
              ended.empty() ? "" : "alert"}});
  }
  out.end_table();
  const std::string omitted = ReportView::count_of(report.part("/investigation"), "/software/omitted");
  if (omitted != "0") out.element("p", report.say("software.omitted", {{"count", omitted}}), "note");
  out.element("p", report.say("software.caution"), "note");
}

}  // namespace

bool is_told(const Json& finding) {
  const std::string severity = ReportView::text_of(finding, "/severity");
  return severity != "info" && severity != "low";
}

void write_investigation(HtmlWriter& out, const ReportView& report) {
  out.raw("<section>\n");
  out.element("h2", report.say("heading.investigation"));
  write_entry(out, report);
  write_actions(out, report);
  write_impact(out, report);
  write_areas(out, report);
  write_gaps(out, report);
  write_software(out, report);
  out.raw("</section>\n");
}

}  // namespace rescue::report
