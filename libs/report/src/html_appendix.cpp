#include "report_view.hpp"

namespace rescue::report {
namespace {

std::string joined(const Json& texts) {
  std::string out;
  for (const Json& text : texts) {
    if (text.is_string()) out += (out.empty() ? "" : ", ") + text.get<std::string>();
  }
  return out;
}

void write_notes(HtmlWriter& out, const ReportView& report) {
  out.raw("<section>\n");
  out.element("h2", report.say("heading.notes"));
  out.raw("<ul class=\"notes\">\n");
  for (const Json& statement : report.part("/statements")) {
    out.element("li", report.both_of(statement, "/text"));
  }
  out.raw("</ul>\n</section>\n");
}

void write_consents(HtmlWriter& out, const ReportView& report) {
  const Json& consents = report.part("/consents");
  if (consents.empty()) return;
  out.element("h3", report.say("about.consents"));
  out.raw("<ul class=\"notes\">\n");
  for (const Json& consent : consents) {
    out.element("li", report.both_of(consent, "/text") + " (" + ReportView::text_of(consent, "/id") + ", " +
                          report.say("column.version") + " " + ReportView::text_of(consent, "/version") +
                          ")");
  }
  out.raw("</ul>\n");
}

void write_about(HtmlWriter& out, const ReportView& report, const std::string& sha256) {
  out.raw("<section>\n");
  out.element("h2", report.say("heading.about"));
  out.raw("<dl class=\"facts\">\n");
  for (const auto& [key, pointer] :
       {std::pair{"about.noticed", "/times/noticed"}, std::pair{"about.confirmed", "/times/confirmed"},
        std::pair{"about.ordered", "/times/ordered"}, std::pair{"about.started", "/times/work_started"},
        std::pair{"about.finished", "/times/work_finished"}}) {
    const Json& time = report.part(pointer);
    if (time.is_object()) out.definition(report.say(key), report.spoken_time(time));
  }
  out.definition(report.say("about.specification"), report.text("/versions/specification"));
  out.definition(report.say("about.runbook"), report.text("/versions/runbook"));
  out.definition(report.say("about.terms"), report.text("/versions/terms"));
  out.definition(report.say("about.probe"), report.text("/versions/probe"));
  out.raw("</dl>\n<dl class=\"hashes\">\n");
  out.definition(report.say("about.document"), report.text("/evidence/investigation_sha256"), "mono hash");
  out.definition(report.say("about.report"), sha256, "mono hash");
  out.raw("</dl>\n");
  out.element("p", report.say("about.integrity"), "note");
  write_consents(out, report);
  out.raw("</section>\n");
}

}  // namespace

void write_timeline(HtmlWriter& out, const ReportView& report) {
  out.raw("<section>\n");
  out.element("h2", report.say("heading.timeline"));
  const Json& items = report.part("/investigation/timeline/items");
  if (items.empty()) {
    out.element("p", report.say("timeline.none"));
  } else {
    out.begin_table(report.say("heading.timeline"),
                    {report.say("column.time"), report.say("column.event"), report.say("column.source")},
                    "timeline");
    for (const Json& entry : items) {
      out.row({{report.full_time(ReportView::part_of(entry, "/time")), "when"},
               {report.both_of(entry, "/text")},
               {ReportView::text_of(entry, "/source"), "mono"}});
    }
    out.end_table();
  }
  const std::string omitted = ReportView::count_of(report.part("/investigation"), "/timeline/omitted");
  if (omitted != "0") out.element("p", report.say("timeline.omitted", {{"count", omitted}}), "note");
  out.raw("</section>\n");
}

void write_evidence(HtmlWriter& out, const ReportView& report) {
  out.raw("<section>\n");
  out.element("h2", report.say("heading.evidence"));
  const Json& files = report.part("/evidence/files");
  if (files.empty()) {
    out.element("p", report.say("evidence.none"));
  } else {
    out.element("p", report.say("evidence.intro"));
    out.begin_table(report.say("heading.evidence"),
                    {report.say("column.file"), report.say("column.sha256"), report.say("column.finding")},
                    "evidence");
    for (const Json& file : files) {
      const std::string hash = ReportView::text_of(file, "/sha256");
      out.row({{ReportView::text_of(file, "/file"), "mono"},
               {hash.empty() ? report.say("evidence.no_hash") : hash, "mono hash"},
               {joined(ReportView::part_of(file, "/findings"))}});
    }
    out.end_table();
  }
  out.raw("</section>\n");
}

void write_appendix(HtmlWriter& out, const ReportView& report) {
  write_timeline(out, report);
  write_evidence(out, report);
  write_notes(out, report);
  write_about(out, report, report_sha256(report.part("")));
}

}  // namespace rescue::report
