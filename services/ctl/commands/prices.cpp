// What is sold and what it costs.
#include "commands/commands.hpp"
#include "output/plain_text.hpp"

namespace rescue::ctl {
namespace {

std::string systems_text(const Json& lists) {
  std::vector<std::vector<std::string>> rows;
  for (const auto* list : {"operating_systems", "packages"}) {
    for (const auto& system : lists[list]) {
      rows.push_back({field(system, "os"), field(system, "package"), field(system, "end_of_support"),
                      field(system, "in_support"), field(system, "tested"), field(system, "source")});
    }
  }
  return table({"SYSTEM", "PACKAGE", "LAST DAY", "IN SUPPORT", "TESTED", "SOURCE"}, rows);
}

std::string kept_text(const Json& comparison) {
  return facts({{"Comparison", field(comparison, "comparison_id")},
                {"Can be chosen from until", field(comparison, "expires_at")}});
}

}  // namespace

std::string comparison_text(const Json& comparison) {
  std::vector<std::vector<std::string>> rows;
  for (const auto& item : comparison["items"]) {
    const auto& now = item["now"];
    const auto& later = item["wait_until_opening"];
    rows.push_back({field(item, "work_item"), field(item, "available"), field(now["price"], "total_yen"),
                    field(now, "promised_finish"), field(later["price"], "total_yen"),
                    field(later, "promised_finish"), field(item, "saving_yen")});
  }
  return table({"WORK ITEM", "OFFERED", "NOW (YEN)", "DONE BY", "WAITING (YEN)", "DONE BY", "SAVING"}, rows);
}

Status list_systems(Session& session, const Arguments&) {
  RESCUE_ASSIGN(const auto lists, session.api.get("/v1/supported-systems"));
  return session.show(lists, systems_text);
}

Status show_comparison(Session& session, const Arguments& given) {
  RESCUE_ASSIGN(const auto comparison,
                session.api.get(with_query("/v1/comparison", {{"server_id", given.words.at(0)},
                                                              {"incident_id", given.option("--incident")}})));
  return session.show(comparison,
                      [](const Json& shown) { return kept_text(shown) + comparison_text(shown); });
}

Status judge_quote(Session& session, const Arguments& given) {
  const Json body = {
      {"incident_id", given.words.at(0)},
      {"server_id", given.option("--server")},
      {"work_item", given.option("--item")},
      {"out_of_hours", given.has("--out-of-hours")},
      {"system_judgement", {{"standing", given.option("--standing")}, {"reason", given.option("--reason")}}}};
  RESCUE_ASSIGN(const auto quote, session.api.post("/v1/quotes", body));
  return session.show(quote, [](const Json& made) {
    return escaped(field(made, "quote_id") + ": " + field(made, "total_yen") + " yen, until " +
                   field(made, "expires_at")) +
           "\n";
  });
}

}  // namespace rescue::ctl
