#pragma once

#include <fstream>
#include <sstream>

#include "rescue/report/customer_report.hpp"

namespace rescue::report {

/// The example that api/ ships: a guessed SSH password, a key, a cron entry and a web shell.
inline Json example_investigation() {
  std::ifstream file(std::string(RESCUE_SOURCE_DIR) + "/api/examples/investigation.json");
  std::stringstream text;
  text << file.rdbuf();
  return parse_json(text.str()).value();
}

inline Json clean_investigation() {
  Json out = example_investigation();
  out["verdict"]["intrusion"] = {{"state", "none_found"}, {"why", "Nothing points to a break-in."}};
  out["cause"] = {{"known", false}, {"why", "There is nothing to explain."}};
  for (const char* list : {"entry_vectors", "findings", "timeline"}) out[list] = Json::array();
  for (const char* list : {"accounts", "files", "addresses"}) out["impact"][list] = Json::array();
  return out;
}

inline Timestamp at(const char* rfc3339) {
  return parse_rfc3339(rfc3339).value();
}

inline ReportInput example_input(Json investigation) {
  ReportInput in;
  in.incident_id = "inc_01k57m3x2q8r9v6tcbw0gjhyze";
  in.order_id = "ord_01k57n8a4d2f6h1m3p5s7u9w0x";
  in.server_id = "srv-1001";
  in.server_address = "192.0.2.10";
  in.customer = "C-1001";
  in.work_item = "investigation";
  in.notice_source = "third_party";
  in.confirmation = {"intrusion"};
  in.noticed_at = at("2026-09-14T00:12:00Z");
  in.confirmed_at = at("2026-09-14T01:40:00Z");
  in.ordered_at = at("2026-09-14T04:05:00Z");
  in.work_started_at = at("2026-09-14T04:06:00Z");
  in.work_finished_at = at("2026-09-14T04:31:00Z");
  in.reported_at = at("2026-09-14T05:00:00Z");
  in.hearing =
      Hearing{.state = Hearing::State::kAnswered,
              .asked_at = at("2026-09-14T04:05:00Z"),
              .closed_at = at("2026-09-14T04:25:00Z"),
              .items = {{"last-known-good",
                         {"最後に正常であったのはいつですか。", "When did it last work as it should?"},
                         "9月12日の夕方"},
                        {"who-logs-in",
                         {"ログインされる方と接続元を教えてください。", "Who logs in, and from where?"},
                         ""}}};
  in.consents = {
      {"consent-r34", "R34", "1.2", {"成果を保証しません。", "Results are not guaranteed."}},
      {"consent-r39", "R39", "1.2", {"復旧後の動作を保証しません。", "No guarantee of operation."}}};
  in.runbook_version = "2026-09";
  in.terms_version = "2026-04-01";
  in.specification_version = "1.2";
  in.investigation = std::move(investigation);
  in.investigation_sha256 = std::string(64, 'a');
  return in;
}

}  // namespace rescue::report
