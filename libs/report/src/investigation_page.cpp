#include "rescue/report/investigation_page.hpp"

#include <algorithm>

#include "clean_text.hpp"
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

/// A text of the document's `live`, cleaned.
std::string live_text(const Json& object, const char* key) {
  const auto at = object.is_object() ? object.find(key) : object.end();
  return object.is_object() && at != object.end() && at->is_string()
             ? clean_text(at->get_ref<const std::string&>(), {.chars_max = 400})
             : "";
}

/// The items of one of its lists, so many at most.
std::vector<Json> live_list(const Json& live, const char* key) {
  constexpr std::size_t kMost = 300;
  const auto at = live.find(key);
  if (at == live.end() || !at->is_array()) return {};
  return {at->begin(), at->begin() + static_cast<std::ptrdiff_t>(std::min(at->size(), kMost))};
}

void write_listeners(HtmlWriter& out, const ReportView& page, const Json& live) {
  out.begin_table(page.say("live.listeners"),
                  {page.say("live.address"), page.say("live.program"), page.say("live.package")});
  for (const Json& one : live_list(live, "listeners")) {
    const auto port = one.is_object() ? one.value("port", Json(0)) : Json(0);
    const auto program = live_text(one, "program");
    out.row({{live_text(one, "address") + " " + port.dump() + "/" + live_text(one, "protocol"), "mono"},
             {program.empty() ? page.say("live.none") : program, "mono"},
             {live_text(one, "package")}});
  }
  out.end_table();
}

void write_logins(HtmlWriter& out, const ReportView& page, const Json& live) {
  const auto logins = live_list(live, "logins");
  if (logins.empty()) return;
  out.begin_table(page.say("live.logins"),
                  {page.say("live.account"), page.say("live.from"), page.say("live.since")});
  for (const Json& one : logins)
    out.row({{live_text(one, "account")}, {live_text(one, "from"), "mono"}, {live_text(one, "since")}});
  out.end_table();
}

/// What ran when the server was looked at, where it was running.
void write_live(HtmlWriter& out, const ReportView& page, const Json& document) {
  const auto at = document.find("live");
  if (at == document.end() || !at->is_object()) return;
  const auto processes = at->find("processes");
  const auto count = processes != at->end() && processes->is_array() ? processes->size() : 0;
  out.raw("<section>\n");
  out.element("h2", page.say("live.title"));
  out.element("p",
              page.say("live.at", {{"time", live_text(*at, "taken")}, {"processes", std::to_string(count)}}));
  write_listeners(out, page, *at);
  write_logins(out, page, *at);
  out.raw("</section>\n");
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
  write_live(out, view, document);
  write_timeline(out, view);
  write_evidence(out, view);
  write_remarks(out, view);
  write_end(out);
  return out.take();
}

}  // namespace rescue::report
