// What is quoted, shown, charged, credited and reconciled.
#include "program_testing.hpp"

namespace rescue::ctl {
namespace {

TEST_F(Program, QuotesForASystemThatIsNotListed) {
  route(Method::kPost, "/v1/quotes",
        Json{{"quote_id", "quo_1"}, {"total_yen", 88'000}, {"expires_at", "2026-09-25T03:00:00.000Z"}});
  EXPECT_EQ(run({"quote", "judge", "inc_1", "--server", "srv-1", "--item", "investigation", "--standing",
                 "past_support", "--reason", "a fork"}),
            0)
      << err.str();
  EXPECT_EQ(*parse_json(last().body),
            (Json{{"incident_id", "inc_1"},
                  {"server_id", "srv-1"},
                  {"work_item", "investigation"},
                  {"out_of_hours", false},
                  {"system_judgement", {{"standing", "past_support"}, {"reason", "a fork"}}}}));
  EXPECT_NE(out.str().find("88000 yen"), std::string::npos) << out.str();
}

TEST_F(Program, ShowsWhatIsSupportedAndWhatCanBeChosen) {
  route(Method::kGet, "/v1/supported-systems",
        Json{{"on", "2026-09-18"},
             {"operating_systems", {{{"os", "debian-12"}, {"end_of_support", "2028-06-30"}}}},
             {"packages", Json::array()}});
  const Json timing = {{"promised_finish", "2026-09-24T02:00:00.000Z"}, {"price", {{"total_yen", 55'000}}}};
  route(Method::kGet, "/v1/comparison",
        Json{{"items",
              {{{"work_item", "investigation"},
                {"available", true},
                {"now", timing},
                {"wait_until_opening", timing},
                {"saving_yen", 0}}}},
             {"comparison_id", "cmp_1"}});
  EXPECT_EQ(run({"systems"}), 0) << err.str();
  EXPECT_NE(out.str().find("2028-06-30"), std::string::npos) << out.str();
  EXPECT_EQ(run({"comparison", "srv-1001", "--incident", "inc_1"}), 0) << err.str();
  EXPECT_EQ(last().query.at("server_id"), "srv-1001");
  EXPECT_EQ(last().query.at("incident_id"), "inc_1");
  EXPECT_NE(out.str().find("55000"), std::string::npos) << out.str();
  EXPECT_NE(out.str().find("cmp_1"), std::string::npos) << out.str();
}

TEST_F(Program, R28_TellsWhatTheCustomerWasShown) {
  const Json actor = {{"customer", "C-1001"}, {"person", "P-1"}};
  const Json compared = {{"comparison_id", "cmp_1"}, {"at", "t1"}, {"items", Json::array()}};
  auto incident = kIncident;
  incident["choice"] = {{"choice", "service"},
                        {"actor", actor},
                        {"chosen_at", "t3"},
                        {"comparison", {{"recorded", true}, {"sha256", "5ca1e"}, {"document", compared}}}};
  incident["earlier_choices"] = {{{"choice", "self_remediation"},
                                  {"actor", actor},
                                  {"chosen_at", "t2"},
                                  {"comparison", {{"recorded", false}}}}};
  incident["orders"] = {{{"order_id", "ord_1"},
                         {"consents",
                          {{{"id", "consent-r33"},
                            {"version", "1.2"},
                            {"language", "en"},
                            {"shown", true},
                            {"accepted_at", "t4"}}}}}};
  route(Method::kGet, "/v1/incidents/{id}", incident);
  EXPECT_EQ(run({"shown", "inc_1"}), 0) << err.str();
  for (const auto* text : {"cmp_1", "5ca1e", "C-1001/P-1", "self_remediation", "nothing is recorded as shown",
                           "ord_1", "consent-r33", "1.2", "t4"}) {
    EXPECT_NE(out.str().find(text), std::string::npos) << text << "\n" << out.str();
  }
}

TEST_F(Program, CreditsLinesOfAChargeWithTheAmountSaidTwice) {
  route(Method::kPost, "/v1/charges/{charge_id}/credit-notes",
        Json{{"number", 3}, {"net_yen", 5'300}, {"tax_yen", 530}, {"total_yen", 5'830}});
  EXPECT_EQ(run({"credit", "chg_1", "--total", "5830", "--reason", "late", "--lines", "1:5000,2:300"}), 0)
      << err.str();
  EXPECT_EQ(parse_json(last().body).value(),
            (Json{{"reason", "late"},
                  {"total_yen", 5'830},
                  {"lines", {{{"line", 1}, {"net_yen", 5'000}}, {{"line", 2}, {"net_yen", 300}}}}}));
  EXPECT_EQ(out.str(), "Credit note 3: 5300 yen and 530 of tax go back, 5830 together.\n");
  EXPECT_EQ(run({"credit", "chg_1", "--total", "many", "--reason", "late"}), 1);
  EXPECT_EQ(run({"credit", "chg_1", "--total", "1", "--reason", "late", "--lines", "1"}), 1);
  EXPECT_EQ(run({"credit", "chg_1", "--reason", "late"}), 2);
}

TEST_F(Program, ExportsAllPagesOfAMonthAsOneFile) {
  http::Route pages;
  pages.pattern = "/v1/charges/export";
  pages.handler = [](const http::Request& request) -> Result<http::Response> {
    http::Response response;
    response.content_type = "text/csv; charset=utf-8";
    const bool first = !request.query.contains("cursor");
    response.body = first ? "number\r\n1\r\n" : "2\r\n";
    if (first)
      response.headers.emplace_back("Link", "</v1/charges/export?month=2026-09&cursor=x>; rel=\"next\"");
    return response;
  };
  routes.push_back(std::move(pages));
  EXPECT_EQ(run({"export", "2026-09"}), 0) << err.str();
  EXPECT_EQ(out.str(), "number\r\n1\r\n2\r\n");
}

TEST_F(Program, ReconcilesAMonthAndFailsWhereItDoesNotMatch) {
  const Json fee{
      {"order_id", "ord_1"}, {"incident_id", "inc_1"}, {"total_yen", 55'000}, {"charge_id", "chg_1"}};
  auto charge = fee;
  charge["kind"] = "charge";
  Json charged = Json::array({charge});
  const auto of_month = [](const Json& items) {
    return [items](const http::Request& request) -> Result<http::Response> {
      return http::Response::json(200, page(request.query.at("month") == "2026-09" ? items : Json::array()));
    };
  };
  http::Route fees;
  fees.pattern = "/v1/fees";
  fees.handler = of_month({fee, Json{{"order_id", "ord_2"}, {"incident_id", "inc_2"}, {"total_yen", 1}}});
  http::Route exported;
  exported.pattern = "/v1/charges/export";
  exported.handler = of_month(charged);
  routes.push_back(std::move(fees));
  routes.push_back(std::move(exported));
  EXPECT_EQ(run({"reconcile", "2026-09"}), 1);
  EXPECT_EQ(out.str(),
            "ORDER  INCIDENT  WHAT\n"
            "ord_2  inc_2     due, but not charged\n");
  EXPECT_EQ(run({"reconcile", "2026-10"}), 0) << err.str();
  EXPECT_EQ(out.str(), "2026-10: 0 fees, each with its one charge.\n");
  EXPECT_EQ(run({"reconcile", "september"}), 1);
}

}  // namespace
}  // namespace rescue::ctl
