#include <map>

#include "report_view.hpp"

namespace rescue::report {
namespace {

constexpr std::size_t kMostPlaces = 8;  // named of each reason

std::string extent_of(const ReportView& report, const Json& gap) {
  std::string out;
  const std::string from = ReportView::text_of(gap, "/from");
  const std::string to = ReportView::text_of(gap, "/to");
  if (!from.empty() || !to.empty()) out = report.say("gap.period", {{"from", from}, {"to", to}});
  const std::string bytes = ReportView::count_of(gap, "/bytes");
  if (bytes == "0") return out;
  const std::string offset = ReportView::count_of(gap, "/offset");
  return out + (out.empty() ? "" : ", ") + report.say("gap.bytes", {{"offset", offset}, {"bytes", bytes}});
}

/// Files about which the same is to be said.
struct Group {
  std::string reason;
  std::string places;
  std::size_t count = 0;

  void add(const ReportView& report, const Json& gap) {
    if (++count > kMostPlaces) return;
    const std::string extent = extent_of(report, gap);
    places += (places.empty() ? "" : "\n") + ReportView::text_of(gap, "/path") +
              (extent.empty() ? "" : " (" + extent + ")");
  }
};

/// By what they keep us from knowing, in the order of the document; in each by the reason.
using Groups = std::vector<std::pair<std::string, std::vector<Group>>>;

Groups grouped(const ReportView& report, const Json& items) {
  Groups groups;
  std::map<std::string, std::size_t> places;
  std::map<std::pair<std::size_t, std::string>, std::size_t> reasons;
  for (const Json& gap : items) {
    const auto prevents = report.both_of(gap, "/prevents");
    const auto [at, is_new] = places.emplace(prevents, groups.size());
    if (is_new) groups.push_back({prevents, {}});
    auto& list = groups[at->second].second;
    const auto reason = report.both_of(gap, "/reason");
    const auto [row, is_first] = reasons.emplace(std::pair(at->second, reason), list.size());
    if (is_first) list.push_back({reason, "", 0});
    list[row->second].add(report, gap);
  }
  return groups;
}

void write_walls(HtmlWriter& out, const ReportView& report) {
  const Json& walls = report.part("/investigation/sandbox");
  if (!walls.is_array() || walls.empty()) return;
  out.element("h3", report.say("heading.walls"));
  out.element("p", report.say("walls.intro"));
  out.begin_table(report.say("heading.walls"),
                  {report.say("column.wall"), report.say("column.state"), report.say("column.reason")},
                  "walls");
  for (const Json& wall : walls) {
    const Json& held = ReportView::part_of(wall, "/held");
    const bool stood = held.is_boolean() && held.get<bool>();
    out.row({{report.both_of(wall, "/name")},
             {report.say(stood ? "walls.held" : "walls.missing"), stood ? "" : "alert"},
             {report.both_of(wall, "/why")}});
  }
  out.end_table();
}

}  // namespace

void write_gaps(HtmlWriter& out, const ReportView& report) {
  out.element("h3", report.say("heading.gaps"));
  const Json& items = report.part("/investigation/gaps/items");
  if (items.empty()) out.element("p", report.say("gap.none"));
  for (const auto& [prevents, groups] : grouped(report, items)) {
    out.begin_table(report.say("gap.keeps", {{"what", prevents}}),
                    {report.say("column.file"), report.say("column.reason")}, "gaps");
    for (const auto& group : groups) {
      const auto more = group.count > kMostPlaces ? group.count - kMostPlaces : 0;
      const auto places =
          group.places +
          (more == 0 ? "" : "\n" + report.say("gap.omitted", {{"count", std::to_string(more)}}));
      out.row({{places, "mono places"}, {group.reason}});
    }
    out.end_table();
  }
  const std::string omitted = ReportView::count_of(report.part("/investigation"), "/gaps/omitted");
  if (omitted != "0") out.element("p", report.say("gap.omitted", {{"count", omitted}}), "note");
  write_walls(out, report);
}

}  // namespace rescue::report
