#include "rescue/report/customer_report.hpp"

#include <gtest/gtest.h>

#include "json_schema.hpp"
#include "test_input.hpp"

namespace rescue::report {
namespace {

Json report_on(Json investigation) {
  return build_customer_report(example_input(std::move(investigation))).value();
}

std::vector<std::string> step_ids(const Json& report) {
  std::vector<std::string> out;
  for (const Json& step : report["countermeasures"]["steps"]) out.push_back(step["id"]);
  return out;
}

bool has_step(const Json& report, const std::string& id) {
  const auto ids = step_ids(report);
  return std::find(ids.begin(), ids.end(), id) != ids.end();
}

TEST(CustomerReport, R1_HasInvestigationRecoveryAndCountermeasures) {
  const Json report = report_on(example_investigation());
  EXPECT_FALSE(report["investigation"]["findings"]["items"].empty());
  EXPECT_EQ(report["recovery"]["state"], "not_ordered");
  EXPECT_FALSE(report["countermeasures"]["steps"].empty());
}

TEST(CustomerReport, IsWhatItsSchemaSays) {
  contract::Documents schemas(RESCUE_SOURCE_DIR "/api/schemas");
  const std::string name = "customer-report.schema.json";
  for (const Json& found : {example_investigation(), clean_investigation()}) {
    EXPECT_EQ(contract::schema_fault(schemas, {name, &schemas.document(name)}, report_on(found)), "");
  }
  ReportInput silent = example_input(example_investigation());
  silent.hearing->state = Hearing::State::kNoReply;
  silent.confirmed_at.reset();
  silent.investigation["timeline"] = Json::array();
  silent.investigation["findings"][1]["time"] = "";
  EXPECT_EQ(
      contract::schema_fault(schemas, {name, &schemas.document(name)}, build_customer_report(silent).value()),
      "");
}

TEST(CustomerReport, R5_MarksEveryItemOfTheScope) {
  const Json scope = report_on(example_investigation())["scope"];
  EXPECT_EQ(scope["server_check"]["state"], "done");
  EXPECT_EQ(scope["entry_route"]["state"], "done");
  EXPECT_EQ(scope["impact"]["state"], "done");
  EXPECT_EQ(scope["data_recovery"]["state"], "not_ordered");
  EXPECT_EQ(scope["countermeasures"]["state"], "done");
  EXPECT_EQ(scope.size(), 5U);
  for (const auto& [item, entry] : scope.items()) EXPECT_FALSE(entry["why"]["ja"].empty()) << item;
}

TEST(CustomerReport, NamesTheCauseAndTheChainInOrder) {
  const Json report = report_on(example_investigation());
  EXPECT_EQ(report["outcome"]["state"], "cause_identified");
  EXPECT_EQ(report["outcome"]["headline"]["ja"],
            "サーバ srv-1001 は不正侵入を受けており、侵入経路を特定しました。");
  const Json& chain = report["investigation"]["entry_vectors"][0]["chain"];
  ASSERT_EQ(chain.size(), 5U);
  EXPECT_EQ(chain[0]["stage"], "entry");
  EXPECT_EQ(chain[2]["stage"], "action");
  EXPECT_EQ(chain[1]["time"]["jst"], "2026-09-13T02:06:40+09:00");
  EXPECT_EQ(chain[1]["time"]["utc"], "2026-09-12T17:06:40Z");
}

TEST(CustomerReport, R15_SaysLimitedEvidenceWithTheReason) {
  Json found = example_investigation();
  found["verdict"]["intrusion"]["state"] = "undetermined";
  found["cause"]["known"] = false;
  found["entry_vectors"] = Json::array();
  found["gaps"].push_back({{"path", "/var/log/auth.log"},
                           {"offset", 0},
                           {"bytes", 0},
                           {"reason", "the file is empty"},
                           {"period", {{"from", ""}, {"to", ""}}},
                           {"prevents", "a statement about log-ins"}});
  const Json report = report_on(found);
  EXPECT_EQ(report["outcome"]["state"], "limited_evidence");
  EXPECT_EQ(report["outcome"]["reasons"][1]["en"], "/var/log/auth.log could not be checked.");
  EXPECT_EQ(report["scope"]["entry_route"]["state"], "impossible");
  EXPECT_EQ(report["scope"]["impact"]["state"], "impossible");
}

TEST(CustomerReport, R37_CauseUnknownIsAnOutcome) {
  Json found = example_investigation();
  found["cause"]["known"] = false;
  const Json report = report_on(found);
  EXPECT_TRUE(report["countermeasures"]["customer_tasks"].empty()) << "nothing is asked on a guess";
  EXPECT_EQ(report["outcome"]["state"], "cause_unknown");
  EXPECT_EQ(report["scope"]["entry_route"]["state"], "impossible");
  EXPECT_FALSE(report["outcome"]["reasons"].empty());
}

TEST(CustomerReport, AMailGapAloneDoesNotLimitAWordOnTheBreakIn) {
  const Json report = report_on(clean_investigation());
  EXPECT_EQ(report["outcome"]["state"], "cause_unknown");
  EXPECT_EQ(report["outcome"]["headline"]["en"], "We found no sign of a break-in on server srv-1001.");
}

TEST(CustomerReport, ACleanServerGetsNoAlarmingAdvice) {
  const Json report = report_on(clean_investigation());
  EXPECT_TRUE(report["countermeasures"]["customer_tasks"].empty());
  EXPECT_EQ(report["recovery"]["recommendation"]["work_item"], "none");
  EXPECT_EQ(step_ids(report), std::vector<std::string>{"stay-current"});
}

TEST(CustomerReport, GuessingWithoutALogInAsksForNothingAtOnce) {
  Json found = clean_investigation();
  found["findings"].push_back(example_investigation()["findings"][0]);
  const Json report = report_on(found);
  EXPECT_FALSE(has_step(report, "change-passwords"));
  EXPECT_TRUE(has_step(report, "keys-only-ssh"));
}

TEST(CustomerReport, R18_RecommendsAReinstallOnlyWhenRootWasUsed) {
  const Json as_user = report_on(example_investigation());
  EXPECT_EQ(as_user["recovery"]["recommendation"]["work_item"], "investigation_recovery");
  Json found = example_investigation();
  found["findings"][1]["account"] = "root";
  const Json as_root = report_on(found);
  EXPECT_EQ(as_root["recovery"]["recommendation"]["work_item"], "investigation_recovery_reinstall");
  EXPECT_FALSE(as_root["recovery"]["recommendation"]["reason"]["ja"].empty());
}

TEST(CustomerReport, R18_RecommendsAReinstallWhenRightsWereRaised) {
  Json found = example_investigation();
  found["findings"][1]["attack_ids"].push_back("T1548.003");
  EXPECT_EQ(report_on(found)["recovery"]["recommendation"]["work_item"], "investigation_recovery_reinstall");
}

TEST(CustomerReport, AGuessedAtServerIsToldThatNobodyGotIn) {
  Json found = clean_investigation();
  found["findings"].push_back(example_investigation()["findings"][0]);
  const Json reasons = report_on(found)["outcome"]["reasons"];
  ASSERT_EQ(reasons.size(), 2U);
  EXPECT_NE(reasons[1]["en"].get<std::string>().find("nobody who guessed got in"), std::string::npos);
}

TEST(CustomerReport, AMailAccountThatWasGuessedIsToldAndNobodySaysThatNobodyGotIn) {
  Json found = clean_investigation();
  found["verdict"]["mail_abuse"] = {
      {"state", "confirmed"}, {"why", "It sent in masses."}, {"ways", {"abused_account"}}};
  found["findings"].push_back(example_investigation()["findings"][0]);
  found["findings"][0]["rule"] = "logins.guessing";
  found["entry_vectors"].push_back(example_investigation()["entry_vectors"][0]);
  found["entry_vectors"][0]["chain"] = {found["findings"][0]["id"]};
  const Json report = report_on(found);
  EXPECT_EQ(report["verdict"]["mail_abuse"]["state"], "confirmed");
  const auto reasons = report["outcome"]["reasons"].dump();
  EXPECT_NE(reasons.find("Mail abuse was confirmed"), std::string::npos);
  EXPECT_EQ(reasons.find("nobody who guessed got in"), std::string::npos);
}

TEST(CustomerReport, TellsGapsInJapaneseWithTheirFigures) {
  Json found = example_investigation();
  found["gaps"][0]["reason"] = "12 line(s) not of this log's form, the first is line 345";
  found["gaps"][0]["prevents"] = "knowing which keys open account web2";
  found["gaps"].push_back(found["gaps"][0]);
  found["gaps"][1]["reason"] = "something nobody has worded yet";
  const Json gaps = report_on(found)["investigation"]["gaps"]["items"];
  EXPECT_EQ(gaps[0]["reason"]["ja"], "形式の異なる行が 12 行ありました(最初は 345 行目)。");
  EXPECT_EQ(gaps[0]["reason"]["en"], "12 line(s) not of this log's form, the first is line 345");
  EXPECT_EQ(gaps[0]["prevents"]["ja"], "アカウント web2 にログインできる公開鍵");
  EXPECT_EQ(gaps[1]["reason"]["ja"],
            "確認できませんでした(調査プログラムの記録: something nobody has worded yet)");
}

TEST(CustomerReport, R15_R37_WhatAPersonFoundAndDecidedIsMarkedAsAPersons) {
  auto in = example_input(example_investigation());
  ManualFinding finding;
  finding.title = {"通信記録", "The router saw connections"};
  finding.why = {"理由", "Nothing legitimate runs then\u202e"};
  finding.severity = "high";
  finding.confidence = "medium";
  finding.attack_ids = {"T1071"};
  finding.evidence = {{"netflow.csv", std::string(64, 'd'), "203.0.113.9"}};
  in.manual_findings = {finding};
  in.completion = ManualCompletion{.outcome = "cause_identified",
                                   .reason = {"記録から", "From the router's records"},
                                   .evidence_read = {{"netflow.csv", std::string(64, 'd')}},
                                   .entry = ManualCompletion::Entry{.technique = "T1190",
                                                                    .title = {"古い CMS", "An old CMS"},
                                                                    .confidence = "high",
                                                                    .account = "",
                                                                    .address = "",
                                                                    .at = std::nullopt}};
  const auto report = build_customer_report(in).value();
  const auto& items = report.at("investigation").at("findings").at("items");
  EXPECT_EQ(items.front().at("by"), "probe");
  EXPECT_EQ(items.back().at("by"), "person");
  EXPECT_EQ(items.back().at("id"), "M001");
  EXPECT_EQ(items.back().at("why").at("en").get<std::string>().find("\u202e"), std::string::npos);
  EXPECT_EQ(report.at("outcome").at("by"), "person");
  EXPECT_EQ(report.at("investigation").at("entry_vectors").front().at("title").at("ja"), "古い CMS");
  contract::Documents documents(std::string(RESCUE_SOURCE_DIR) + "/api/schemas");
  const std::string name = "customer-report.schema.json";
  EXPECT_EQ(contract::schema_fault(documents, {name, &documents.document(name)}, report), "");
}

TEST(CustomerReport, R39_SaysThatOperationIsNotGuaranteed) {
  const Json report = report_on(example_investigation());
  EXPECT_EQ(report["statements"][0]["rule"], "R39");
  EXPECT_NE(report["statements"][0]["text"]["ja"].get<std::string>().find("保証するものではありません"),
            std::string::npos);
}

TEST(CustomerReport, R40_GivesTheCustomerTheTaskWhenTheirPasswordWasTheWayIn) {
  const Json tasks = report_on(example_investigation())["countermeasures"]["customer_tasks"];
  ASSERT_EQ(tasks.size(), 1U);
  EXPECT_EQ(tasks[0]["id"], "customer-password");
  EXPECT_NE(tasks[0]["title"]["en"].get<std::string>().find("webadmin"), std::string::npos);
}

TEST(CustomerReport, R40_GivesTheCustomerTheTaskWhenTheirApplicationWasTheWayIn) {
  Json found = example_investigation();
  found["entry_vectors"][0]["technique"] = "T1190";
  const Json tasks = report_on(found)["countermeasures"]["customer_tasks"];
  ASSERT_EQ(tasks.size(), 1U);
  EXPECT_EQ(tasks[0]["id"], "customer-application");
  EXPECT_NE(tasks[0]["title"]["ja"].get<std::string>().find("/var/www/html/uploads/cache.php"),
            std::string::npos);
}

TEST(CustomerReport, R14_RefusesWithoutAHearingRecord) {
  ReportInput in = example_input(example_investigation());
  in.hearing.reset();
  const auto report = build_customer_report(in);
  ASSERT_FALSE(report);
  EXPECT_EQ(report.error().problem, "hearing-missing");
}

TEST(CustomerReport, R14_AcceptsALoggedNonReply) {
  ReportInput in = example_input(example_investigation());
  in.hearing = Hearing{.state = Hearing::State::kNoReply,
                       .asked_at = at("2026-09-14T04:05:00Z"),
                       .closed_at = at("2026-09-17T04:05:00Z"),
                       .items = {}};
  EXPECT_EQ(build_customer_report(in).value()["investigation"]["hearing"]["state"], "no_reply");
}

TEST(CustomerReport, R14_RefusesWhenNoEvidenceWasRead) {
  Json found = example_investigation();
  found["counts"]["files_read"] = 0;
  const auto report = build_customer_report(example_input(found));
  ASSERT_FALSE(report);
  EXPECT_EQ(report.error().problem, "no-evidence-read");
}

TEST(CustomerReport, RefusesADocumentThatIsNotAnInvestigation) {
  Json found = example_investigation();
  found["findings"][0]["severity"] = "terrible";
  const auto report = build_customer_report(example_input(found));
  ASSERT_FALSE(report);
  EXPECT_EQ(report.error().problem, "bad-investigation");
  EXPECT_EQ(report.error().pointer, "/findings/0/severity");
  for (const Json& junk : {Json::array(), Json(3), Json(nullptr), Json::object()}) {
    EXPECT_FALSE(build_customer_report(example_input(junk)));
  }
}

TEST(CustomerReport, LeavesKeysOfANewerProbeAlone) {
  Json found = example_investigation();
  found["surprise"] = {{"level", "new"}};
  EXPECT_TRUE(build_customer_report(example_input(found)));
}

TEST(CustomerReport, IsDeterministicAndNamedByItsHash) {
  const Json first = report_on(example_investigation());
  const Json second = report_on(example_investigation());
  EXPECT_EQ(report_sha256(first), report_sha256(second));
  EXPECT_EQ(report_sha256(first).size(), 64U);
  EXPECT_EQ(parse_json(dump_json(first)).value(), second);
}

TEST(CustomerReport, NamesTheEvidenceByItsHashes) {
  const Json evidence = report_on(example_investigation())["evidence"];
  EXPECT_EQ(evidence["investigation_sha256"], std::string(64, 'a'));
  EXPECT_EQ(evidence["files"].size(), 5U);
}

TEST(CustomerReport, MakesHiddenCharactersOfEvidenceVisible) {
  Json found = example_investigation();
  found["findings"][4]["path"] = "/var/www/\u202Ephp.x\x1b[2J\n";
  const Json report = report_on(found);
  EXPECT_EQ(report["investigation"]["findings"]["items"][4]["path"], "/var/www/\\u{202E}php.x\\x1B[2J\\x0A");
}

TEST(CustomerReport, BoundsWhatAnAttackerCanInflate) {
  Json found = example_investigation();
  const Json noise = found["findings"][0];
  for (int i = 0; i < 5'000; ++i) found["findings"].insert(found["findings"].begin(), noise);
  for (int i = 0; i < 5'000; ++i) found["timeline"].push_back(found["timeline"][0]);
  found["findings"].back()["title"] = std::string(1'000'000, 'A');
  const Json report = report_on(found);
  EXPECT_EQ(report["investigation"]["findings"]["items"].size(), 200U);
  EXPECT_EQ(report["investigation"]["findings"]["omitted"], 4'805);
  EXPECT_EQ(report["investigation"]["timeline"]["items"].size(), 500U);
  EXPECT_EQ(report["investigation"]["findings"]["items"].back()["id"], "F005") << "the grave ones stay";
  EXPECT_LT(dump_json(report).size(), 1'000'000U);
}

TEST(CustomerReport, TellsTheTimelineInJapaneseWithWhatItAdds) {
  Json found = example_investigation();
  found["timeline"][3]["text"] = found["findings"][3]["title"].get<std::string>() + ": curl x | sh";
  Json login = found["timeline"][1];
  login.erase("finding");
  login["text"] = "webadmin logged in from 203.0.113.45 by publickey";
  found["timeline"].push_back(login);
  const Json items = report_on(found)["investigation"]["timeline"]["items"];
  EXPECT_EQ(items[3]["text"]["ja"],
            "webadmin の cron に、外部からプログラムを取得して実行する設定がありました: curl x | sh");
  EXPECT_EQ(items.back()["text"]["ja"], "203.0.113.45 から webadmin に、公開鍵でログインがありました");
  EXPECT_EQ(items.back()["text"]["en"], "webadmin logged in from 203.0.113.45 by publickey");
}

TEST(CustomerReport, AnUnknownRuleIsToldByItsTechnique) {
  Json found = example_investigation();
  found["findings"][3]["rule"] = "timers.new_one";
  const Json title = report_on(found)["investigation"]["findings"]["items"][3]["title"];
  EXPECT_EQ(title["ja"], "定期実行の設定の痕跡がありました(A cron entry downloads code and runs it)");
  EXPECT_EQ(title["en"], "A cron entry downloads code and runs it");
}

TEST(CustomerReport, ShowsTheServersOwnTimeWhereItDiffers) {
  Json found = example_investigation();
  for (Json& entry : found["timeline"]) entry["utc_offset"] = "-05:30";
  const Json report = report_on(found);
  EXPECT_EQ(report["investigation"]["clock"], "other");
  EXPECT_EQ(report["investigation"]["findings"]["items"][1]["time"]["server"], "2026-09-12T11:36:40-05:30");
}

Json with_response(const char* outcome) {
  Json found = clean_investigation();
  found["verdict"]["mail_abuse"] = {{"state", "confirmed"}, {"why", "Relayed."}};
  found["cause"] = {{"known", true}, {"why", "mynetworks holds everybody."}};
  found["response"] = {{"outcome", outcome},
                       {"steps",
                        {{{"id", "close-relay"},
                          {"title", "Close it"},
                          {"state", "done"},
                          {"files", {{{"path", "/etc/postfix/main.cf"}}}}},
                         {{"id", "suspend-account:sales"},
                          {"title", "Suspend it"},
                          {"state", "earlier"},
                          {"notes", {"Its keys go on working."}}},
                         {{"id", "stop-script:/x.php"}, {"title", "Stop it"}, {"state", "refused"}}}},
                       {"manual", {{{"title", "Look through the mail that waits"}, {"why", "LDAP"}}}},
                       {"stays", {{{"what", "records"}, {"place", "/var/lib/rescue-responder"}}}}};
  return found;
}

TEST(CustomerReport, R13_R17_TellsWhatWasDoneAboutMailAbuseAndWhatIsLeft) {
  auto input = example_input(with_response("partial"));
  input.work_item = "mail_abuse_response";
  const auto report = build_customer_report(input);
  ASSERT_TRUE(report) << report.error().detail;
  EXPECT_EQ((*report)["outcome"]["state"], "cause_identified");
  EXPECT_EQ((*report)["outcome"]["headline"]["en"],
            "The abuse of server srv-1001's mail was ended in part; section 2 says what is left.");
  const Json& recovery = (*report)["recovery"];
  EXPECT_EQ(recovery["state"], "partial");
  EXPECT_EQ(recovery["steps"][1]["title"]["ja"], "アカウント sales を停止し、その接続を終了しました。");
  EXPECT_EQ(recovery["steps"][2]["title"]["en"], "Stop it") << "it was not stopped";
  EXPECT_EQ(recovery["left"][0]["en"], "Look through the mail that waits: LDAP");
  EXPECT_EQ(recovery["left"][0]["ja"], "送信待ちのメールの確認(LDAP)");
  EXPECT_EQ(recovery["steps"][1]["notes"][0]["en"], "Its keys go on working.");
  EXPECT_NE(
      recovery["stays"][0]["en"].get<std::string>().find("In /var/lib/rescue-responder, for root alone"),
      std::string::npos);
  const auto page = render_html(*report, Language::kJapanese);
  EXPECT_NE(page.find("サーバに残るもの"), std::string::npos);
  EXPECT_NE(page.find("オープンリレーを閉じました"), std::string::npos);
  EXPECT_NE(page.find("LDAP"), std::string::npos);
  EXPECT_NE(page.find("Its keys go on working."), std::string::npos);
  contract::Documents schemas(RESCUE_SOURCE_DIR "/api/schemas");
  const std::string name = "customer-report.schema.json";
  EXPECT_EQ(contract::schema_fault(schemas, {name, &schemas.document(name)}, *report), "");
}

TEST(CustomerReport, R13_ARelayThatIsSeenOpenFromOutsideIsNotCalledClosed) {
  auto found = with_response("partial");
  const Json check = {{"answer", "confirmed"}, {"complaint", {{"kind", "open_relay"}}}};
  found["response"]["outside"] = {{"before", nullptr}, {"after", {{"checks", {check}}}}};
  auto input = example_input(found);
  input.work_item = "mail_abuse_response";
  const auto title = build_customer_report(input).value()["recovery"]["steps"][0]["title"];
  EXPECT_NE(title["en"].get<std::string>().find("still takes mail from strangers"), std::string::npos);
}

TEST(CustomerReport, R13_NeedsTheRecordOfWhatWasDone) {
  auto input = example_input(clean_investigation());
  input.work_item = "mail_abuse_response";
  EXPECT_EQ(build_customer_report(input).error().problem, "bad-investigation");
  input.investigation = with_response("splendid");
  EXPECT_EQ(build_customer_report(input).error().pointer, "/response/outcome");
}

TEST(ParseLanguage, KnowsJapaneseAndEnglish) {
  EXPECT_EQ(parse_language("ja").value(), Language::kJapanese);
  EXPECT_EQ(parse_language("en").value(), Language::kEnglish);
  EXPECT_FALSE(parse_language("fr"));
}

}  // namespace
}  // namespace rescue::report
