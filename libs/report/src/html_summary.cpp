#include "report_view.hpp"

namespace rescue::report {
namespace {

std::string server_name(const ReportView& report) {
  const std::string hostname = report.text("/investigation/host/hostname");
  const std::string address = report.text("/incident/server_address");
  std::string out = report.text("/incident/server_id");
  if (!hostname.empty()) out += " (" + hostname + (address.empty() ? "" : ", " + address) + ")";
  return out;
}

std::string period(const ReportView& report) {
  const Json& from = report.part("/investigation/period/from");
  const Json& to = report.part("/investigation/period/to");
  if (from.is_null() || to.is_null()) return report.say("time.unknown");
  return report.say("time.range", {{"from", report.spoken_time(from)}, {"to", report.spoken_time(to)}});
}

void write_cover(HtmlWriter& out, const ReportView& report) {
  out.raw("<header>\n");
  out.element("p", report.say("document.service"), "service");
  out.element("h1", report.say("document.title"));
  out.element("p", report.say("document.for_customer", {{"customer", report.text("/incident/customer")}}),
              "customer");
  out.raw("<dl class=\"facts\">\n");
  out.definition(report.say("document.server"), server_name(report));
  out.definition(report.say("document.work_item"),
                 report.say_word("work_item", report.text("/incident/work_item")));
  out.definition(report.say("document.reported"), report.spoken_time(report.part("/times/reported")));
  out.definition(report.say("document.notice"),
                 report.say_word("notice", report.text("/incident/notice_source")));
  out.definition(report.say("document.os"), report.text("/investigation/host/os"));
  out.definition(report.say("document.period"), period(report));
  out.definition(report.say("document.incident"), report.text("/incident/incident_id"), "mono");
  out.definition(report.say("document.order"), report.text("/incident/order_id"), "mono");
  out.raw("</dl>\n</header>\n");
}

void write_badge(HtmlWriter& out, const ReportView& report, const char* name) {
  const std::string state = report.text((std::string("/verdict/") + name + "/state").c_str());
  out.raw("<li>");
  out.element("span", report.say(std::string("verdict.") + name));
  out.element("strong", report.say_word("verdict", state));
  out.raw("</li>\n");
}

void write_verdict(HtmlWriter& out, const ReportView& report) {
  out.open("section", verdict_class(report));
  out.element("h2", report.both_of(report.part("/outcome"), "/headline"));
  out.raw("<ul class=\"badges\">\n");
  write_badge(out, report, "intrusion");
  write_badge(out, report, "mail_abuse");
  // Where nothing happened, "cause unknown" is true but tells nothing.
  if (report.text("/verdict/intrusion/state") != "none_found") {
    out.raw("<li>");
    out.element("strong", report.say_word("outcome", report.text("/outcome/state")));
    out.raw("</li>\n");
  }
  out.raw("</ul>\n");
  for (const Json& reason : report.part("/outcome/reasons")) out.element("p", report.both_of(reason, ""));
  out.close("section");
}

std::string how_in_short(const ReportView& report) {
  const Json& vectors = report.part("/investigation/entry_vectors");
  if (!vectors.empty()) return report.both_of(vectors.front(), "/title");
  const bool clean = report.text("/verdict/intrusion/state") == "none_found";
  return report.say(clean ? "entry.none_needed" : "entry.none");
}

std::string impact_in_short(const ReportView& report) {
  const Json& impact = report.part("/investigation/impact");
  const auto total = [&](const char* name) {
    const Json& list = ReportView::part_of(impact, (std::string("/") + name + "/items").c_str());
    const Json& omitted = ReportView::part_of(impact, (std::string("/") + name + "/omitted").c_str());
    return list.size() + (omitted.is_number_unsigned() ? omitted.get<std::size_t>() : 0);
  };
  if (total("accounts") + total("files") + total("addresses") == 0) return report.say("impact.summary_none");
  return report.say("impact.summary", {{"accounts", std::to_string(total("accounts"))},
                                       {"files", std::to_string(total("files"))},
                                       {"addresses", std::to_string(total("addresses"))}});
}

void write_next_steps(HtmlWriter& out, const ReportView& report) {
  constexpr std::size_t kShown = 4;
  std::size_t shown = 0;
  out.raw("<ul>\n");
  for (const Json& step : report.part("/countermeasures/steps")) {
    if (ReportView::text_of(step, "/urgency") != "now" || shown == kShown) continue;
    out.element("li", report.both_of(step, "/title"));
    ++shown;
  }
  if (shown == 0) out.element("li", report.say("step.none_now"));
  out.raw("</ul>\n");
}

void write_glance(HtmlWriter& out, const ReportView& report) {
  out.raw("<section class=\"glance\">\n");
  out.element("h2", report.say("heading.glance"), "visually-hidden");
  out.raw("<div>");
  out.element("h3", report.say("heading.glance_how"));
  out.element("p", how_in_short(report));
  out.raw("</div>\n<div>");
  out.element("h3", report.say("heading.glance_impact"));
  out.element("p", impact_in_short(report));
  out.raw("</div>\n<div>");
  out.element("h3", report.say("heading.glance_next"));
  write_next_steps(out, report);
  out.raw("</div>\n</section>\n");
}

}  // namespace

std::string verdict_class(const ReportView& report) {
  const std::string state = report.text("/verdict/intrusion/state");
  for (const char* known : {"confirmed", "suspected", "none_found"}) {
    if (state == known) return std::string("verdict ") + known;
  }
  return "verdict undetermined";
}

void write_summary(HtmlWriter& out, const ReportView& report) {
  write_cover(out, report);
  write_verdict(out, report);
  write_glance(out, report);
}

}  // namespace rescue::report
