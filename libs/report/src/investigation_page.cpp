#include "rescue/report/investigation_page.hpp"

#include "report_parts.hpp"
#include "report_view.hpp"

namespace rescue::report {
namespace {

/// The parts that a customer report has, too, and the cause in the probe's words.
Json page_json(const Investigation& found) {
  return {{"verdict", verdict_json(found)},
          {"cause", found.cause_why},
          {"probe", found.tool_version},
          {"investigation", probe_section(found)},
          {"evidence", evidence_files_json(found)}};
}

void write_judgement(HtmlWriter& out, const ReportView& page, const std::string& name) {
  const Json& judgement = page.part(("/verdict/" + name).c_str());
  out.open("p");
  out.element("b", page.say("verdict." + name) + ": " +
                       page.say_word("verdict", ReportView::text_of(judgement, "/state")));
  out.text(" – " + page.both_of(judgement, "/why"));
  out.close("p");
}

void write_facts(HtmlWriter& out, const ReportView& page) {
  const Json& from = page.part("/investigation/period/from");
  const Json& to = page.part("/investigation/period/to");
  const std::string hostname = page.text("/investigation/host/hostname");
  out.raw("<header>\n");
  out.element("h1", page.say("page.title") + (hostname.empty() ? "" : " – " + hostname));
  out.raw("<dl class=\"facts\">\n");
  out.definition(page.say("document.os"), page.text("/investigation/host/os"));
  out.definition(page.say("page.time_zone"), page.text("/investigation/host/time_zone"));
  if (from.is_object() && to.is_object()) {
    out.definition(page.say("document.period"),
                   page.say("time.range", {{"from", page.spoken_time(from)}, {"to", page.spoken_time(to)}}));
  }
  out.definition(page.say("about.probe"), page.text("/probe"));
  out.raw("</dl>\n</header>\n");
}

void write_verdicts(HtmlWriter& out, const ReportView& page) {
  out.open("section", verdict_class(page));
  write_judgement(out, page, "intrusion");
  write_judgement(out, page, "mail_abuse");
  if (const std::string cause = page.text("/cause"); !cause.empty()) {
    out.open("p");
    out.element("b", page.say("page.cause"));
    out.text(" " + cause);
    out.close("p");
  }
  out.close("section");
}

/// What is worth a line and no more: findings that the sections above leave out.
void write_remarks(HtmlWriter& out, const ReportView& page) {
  out.raw("<section>\n");
  out.element("h2", page.say("page.remarks"));
  out.begin_table(page.say("page.remarks"), {page.say("column.finding"), page.say("column.event"),
                                             page.say("column.path"), page.say("column.benign")});
  for (const Json& finding : page.part("/investigation/findings/items")) {
    if (is_told(finding)) continue;
    out.row({{ReportView::text_of(finding, "/id")},
             {page.both_of(finding, "/title")},
             {ReportView::text_of(finding, "/path"), "mono"},
             {page.both_of(finding, "/benign")}});
  }
  out.end_table();
  out.raw("</section>\n");
}

}  // namespace

Result<std::string> render_investigation(const Json& document, Language language) {
  RESCUE_ASSIGN(const Investigation found, parse_investigation(document));
  const Json page = page_json(found);
  const ReportView view(page, language);
  HtmlWriter out;
  write_head(out, view, view.say("page.title") + " – " + found.hostname);
  write_facts(out, view);
  write_verdicts(out, view);
  write_investigation(out, view);
  write_timeline(out, view);
  write_evidence(out, view);
  write_remarks(out, view);
  write_end(out);
  return out.take();
}

}  // namespace rescue::report
