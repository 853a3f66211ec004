#include "report_view.hpp"

namespace rescue::report {
namespace {

void write_words(HtmlWriter& out, const ReportView& report, const std::string& heading, const Json& words) {
  if (words.empty()) return;
  out.element("h3", heading);
  out.raw("<ul class=\"tasks\">\n");
  for (const Json& one : words) out.element("li", report.both_of(one, ""));
  out.raw("</ul>\n");
}

/// What the steps do not reach.
void write_notes(HtmlWriter& out, const ReportView& report, const Json& steps) {
  Json notes = Json::array();
  for (const Json& step : steps) {
    for (const Json& note : ReportView::part_of(step, "/notes")) notes.push_back(note);
  }
  write_words(out, report, report.say("response.notes"), notes);
}

/// Steps, what is left, and what of the work stays, where work on the server was ordered.
void write_response(HtmlWriter& out, const ReportView& report, const Json& recovery) {
  const Json& steps = ReportView::part_of(recovery, "/steps");
  if (!steps.empty()) {
    out.begin_table(report.say("response.steps"), {report.say("column.what"), report.say("column.state")});
    for (const Json& step : steps) {
      out.row({{report.both_of(step, "/title")},
               {report.say_word("response.state", ReportView::text_of(step, "/state"))}});
    }
    out.end_table();
    write_notes(out, report, steps);
  }
  write_words(out, report, report.say("response.left"), ReportView::part_of(recovery, "/left"));
  write_words(out, report, report.say("response.stays"), ReportView::part_of(recovery, "/stays"));
}

void write_recovery(HtmlWriter& out, const ReportView& report) {
  out.raw("<section>\n");
  out.element("h2", report.say("heading.recovery"));
  const Json& recovery = report.part("/recovery");
  out.element("p", report.both_of(recovery, "/text"));
  write_response(out, report, recovery);
  const std::string recommended = ReportView::text_of(recovery, "/recommendation/work_item");
  out.raw("<div class=\"advice\">");
  if (recommended == "none") {
    out.element("p", report.both_of(recovery, "/recommendation/reason"));
  } else {
    out.open("p");
    out.element("b", report.say("recovery.recommended") + ": " + report.say_word("work_item", recommended));
    out.close("p");
    out.element("p", report.both_of(recovery, "/recommendation/reason"));
  }
  if (ReportView::text_of(recovery, "/state") == "not_ordered")
    out.element("p", report.say("recovery.order_note"), "note");
  out.raw("</div>\n</section>\n");
}

void write_step(HtmlWriter& out, const ReportView& report, const Json& step) {
  out.raw("<li>");
  out.element("b", report.both_of(step, "/title"));
  out.element("p", report.both_of(step, "/why"));
  const Json& places = ReportView::part_of(step, "/places");
  if (!places.empty()) {
    out.raw("<p class=\"places\">");
    out.element("span", report.say("step.places") + ":");
    for (const Json& place : places) out.element("code", place.is_string() ? place.get<std::string>() : "");
    out.raw("</p>");
  }
  out.raw("</li>\n");
}

void write_steps(HtmlWriter& out, const ReportView& report, const char* urgency) {
  out.element("h3", report.say(std::string("heading.steps_") + urgency));
  std::size_t written = 0;
  for (const Json& step : report.part("/countermeasures/steps")) {
    if (ReportView::text_of(step, "/urgency") != urgency) continue;
    if (written++ == 0) out.raw("<ol class=\"steps\">\n");
    write_step(out, report, step);
  }
  if (written == 0) {
    out.element("p", report.say("step.none_now"));
  } else {
    out.raw("</ol>\n");
  }
}

void write_tasks(HtmlWriter& out, const ReportView& report) {
  out.element("h3", report.say("heading.tasks"));
  const Json& tasks = report.part("/countermeasures/customer_tasks");
  if (tasks.empty()) {
    out.element("p", report.say("tasks.none"));
    return;
  }
  out.element("p", report.say("tasks.intro"));
  out.raw("<ul class=\"tasks\">\n");
  for (const Json& task : tasks) {
    out.raw("<li>");
    out.element("b", report.both_of(task, "/title"));
    out.element("p", report.both_of(task, "/why"));
    out.raw("</li>\n");
  }
  out.raw("</ul>\n");
}

void write_countermeasures(HtmlWriter& out, const ReportView& report) {
  out.raw("<section>\n");
  out.element("h2", report.say("heading.countermeasures"));
  write_steps(out, report, "now");
  write_steps(out, report, "soon");
  write_tasks(out, report);
  out.raw("</section>\n");
}

void write_scope(HtmlWriter& out, const ReportView& report) {
  out.raw("<section>\n");
  out.element("h2", report.say("heading.scope"));
  out.begin_table(report.say("heading.scope"),
                  {report.say("column.what"), report.say("column.state"), report.say("column.reason")});
  for (const char* item : {"server_check", "entry_route", "impact", "data_recovery", "countermeasures"}) {
    const Json& entry = report.part((std::string("/scope/") + item).c_str());
    out.row({{report.say(std::string("scope.") + item)},
             {report.say_word("scope", ReportView::text_of(entry, "/state"))},
             {report.both_of(entry, "/why")}});
  }
  out.end_table();
  out.raw("</section>\n");
}

void write_hearing(HtmlWriter& out, const ReportView& report) {
  out.raw("<section>\n");
  out.element("h2", report.say("heading.hearing"));
  const Json& hearing = report.part("/investigation/hearing");
  const std::string asked = report.spoken_time(ReportView::part_of(hearing, "/asked"));
  const std::string closed = report.spoken_time(ReportView::part_of(hearing, "/closed"));
  const bool answered = ReportView::text_of(hearing, "/state") == "answered";
  out.element("p", report.say(answered ? "hearing.answered" : "hearing.no_reply",
                              {{"asked", asked}, {"closed", closed}}));
  const Json& items = ReportView::part_of(hearing, "/items");
  if (answered && !items.empty()) {
    out.begin_table(report.say("heading.hearing"),
                    {report.say("column.question"), report.say("column.answer")}, "hearing");
    for (const Json& item : items) {
      const std::string answer = ReportView::text_of(item, "/answer");
      out.row({{report.both_of(item, "/question")},
               {answer.empty() ? report.say("hearing.left_open") : answer, "written"}});
    }
    out.end_table();
  }
  out.raw("</section>\n");
}

}  // namespace

void write_work(HtmlWriter& out, const ReportView& report) {
  write_recovery(out, report);
  write_countermeasures(out, report);
  write_scope(out, report);
  write_hearing(out, report);
}

}  // namespace rescue::report
