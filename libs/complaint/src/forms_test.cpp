// What the forms for machines say, and what is damaged in them. The whole mails are in mails_test.cpp.
#include <gtest/gtest.h>

#include <thread>

#include "received.hpp"
#include "rescue/base/base64.hpp"
#include "rescue/complaint/complaint.hpp"
#include "yaml_fields.hpp"

namespace rescue::complaint {
namespace {

const net::Networks kOurs = *net::Networks::parse({"192.0.2.0/24", "2001:db8:10::/48"});

std::string mail(const std::string& type, const std::string& body, const std::string& more = "") {
  return "From: desk@reports.example\nDate: Thu, 17 Sep 2026 22:00:00 +0000\nSubject: report\n" + more +
         "Content-Type: " + type + "\n\n" + body;
}
Complaint json(const std::string& document) {
  return read_complaint(mail("application/json", document + "\n"), kOurs);
}
std::string xarf3(const std::string& report) {
  return R"({"Version":"3","ReporterInfo":{},"Disclosure":true,"Report":{)" + report + "}}";
}
std::string xarf4(const std::string& rest) {
  return R"({"xarf_version":"4.0.0","report_id":"r-1","timestamp":"2026-09-17T14:30:00Z",)" + rest + "}";
}
std::string word(const Complaint& complaint) {
  return std::string(complaint.to_person ? to_string(*complaint.to_person) : to_string(complaint.kind));
}

TEST(Xarf3, MapsItsTypes) {
  const auto kind = [](const std::string& type) {
    return word(
        json(xarf3(R"("ReportClass":"Activity","SourceIp":"192.0.2.1","ReportType":")" + type + "\"")));
  };
  EXPECT_EQ(kind("LoginAttack"), "login_attack");
  EXPECT_EQ(kind("DOS"), "ddos");
  EXPECT_EQ(kind("Malware"), "malware_url");
  EXPECT_EQ(kind("Copyright"), "other");
  EXPECT_EQ(kind("NeverHeardOf"), "other");
}

TEST(Xarf3, GoesToAPersonWhereItContradictsItself) {
  EXPECT_EQ(
      word(json(xarf3(R"("ReportType":"Phishing","SourceIp":"192.0.2.1","SourceUrl":"http://192.0.2.2/")"))),
      "contradiction");
  EXPECT_EQ(word(json(xarf3(R"("ReportType":"Phishing","SourceIp":"192.0.2.1","SourceUrl":"not a url")"))),
            "damaged");
  EXPECT_EQ(word(json(xarf3(R"("ReportType":"Spam","SourceIp":"192.0.2.1","SourceIp":"192.0.2.2")"))),
            "damaged");
  EXPECT_EQ(word(json(xarf3(R"("ReportType":"Spam","SourceIp":["192.0.2.1"])"))), "damaged");
  EXPECT_EQ(word(json(xarf3(R"("ReportType":"Spam","SourceIp":"203.0.113.1")"))), "no_server");
}

TEST(Xarf4, WantsUrlAndSourceToBeOneServer) {
  const auto content = [](const std::string& source, const std::string& url) {
    return json(xarf4(R"("category":"content","type":"phishing","source_identifier":")" + source +
                      R"(","url":")" + url + "\""));
  };
  EXPECT_EQ(content("shop.example", "http://www.shop.example/a").server.text, "www.shop.example");
  EXPECT_EQ(word(content("shop.example", "http://other.example/a")), "contradiction");
  EXPECT_EQ(word(content("192.0.2.1", "http://192.0.2.2/")), "contradiction");
  EXPECT_EQ(word(content("user@shop.example", "http://shop.example/")), "no_server");
  EXPECT_EQ(content("192.0.2.1", "http://192.0.2.1:81/a").urls,
            std::vector<std::string>{"http://192.0.2.1:81/a"});
}

TEST(Xarf4, TakesThePortOfTheServiceThatItIsAbout) {
  const auto port = [](const std::string& rest) {
    return json(xarf4(R"("source_identifier":"192.0.2.1",)" + rest)).port.value_or(0);
  };
  EXPECT_EQ(port(R"("category":"vulnerability","type":"open_service","source_port":6379)"), 6379);
  EXPECT_EQ(port(R"("category":"connection","type":"login_attack","source_port":4000,"destination_port":22)"),
            22);
  EXPECT_EQ(port(R"("category":"connection","type":"login_attack","destination_port":65536)"), 0);
  EXPECT_EQ(port(R"("category":"connection","type":"login_attack","destination_port":"22")"), 0);
}

TEST(YamlFields, AreReadInTheOneFormThatReportsHave) {
  const auto fields =
      YamlFields::read("# c\n---\nA: b\n\"C\": 'd''e' # f\nG: \"h \\\" i\"\r\nJ: k#l # m\nN:\n...\nO: p\n");
  ASSERT_TRUE(fields);
  EXPECT_EQ(fields->text("a") + "|" + fields->text("c") + "|" + fields->text("g") + "|" + fields->text("j") +
                "|" + fields->text("n") + "|" + fields->text("o"),
            "b|d'e|h \" i|k#l||");
}

TEST(YamlFields, AreRefusedWhereYamlIsMore) {
  for (const auto* text :
       {"A: [b]", "A: {b: c}", "A: &x b", "A: *x", "A: |\n  b", "A: !!str b", "- a", "A: b\n  c: d", "A: 'b",
        "A: b\nA: c", "A", "", "A:b", "A: \"\\x41\"", "A: 'b' c"}) {
    EXPECT_FALSE(YamlFields::read(text)) << text;
  }
}

TEST(Received, IsBelievedDownToTheHandOverOnly) {
  const auto by = [](std::vector<std::string> fields) {
    return handed_over_by(fields, kOurs).value_or("nobody");
  };
  const std::string inner = "from mx.r.example (mx.r.example [203.0.113.1]) by store.r.example with LMTP";
  const std::string ours = "from srv.h.example (srv.h.example [192.0.2.1]) by mx.r.example with ESMTP";
  const std::string theirs = "from out.e.example (out.e.example [203.0.113.9]) by mx.r.example with ESMTP";
  EXPECT_EQ(by({ours}), "192.0.2.1");
  EXPECT_EQ(by({inner, ours}), "192.0.2.1");
  EXPECT_EQ(by({"by store.r.example with LMTP", inner, ours}), "192.0.2.1");
  EXPECT_EQ(by({theirs, ours}), "nobody") << "the other side may have made the second up";
  EXPECT_EQ(by({"from mx.r.example (unknown [203.0.113.9]) by mx.r.example", ours}), "nobody")
      << "a name that it gave itself";
  EXPECT_EQ(by({inner, "from x ([192.0.2.1]) by srv.h.example"}), "nobody")
      << "not written by the receiving side";
  EXPECT_EQ(by({"from a ([192.0.2.1]) by b.r.example by c.r.example"}), "nobody");
  EXPECT_EQ(by({"from a (192.0.2.1) by mx.r.example with SMTP"}), "192.0.2.1") << "as qmail writes it";
  EXPECT_EQ(by({}), "nobody");
}

TEST(Arf, IsDamagedWhereItIsCutOrParted) {
  const auto arf = [](const std::string& report, const std::string& end = "--b--\n") {
    return word(read_complaint(mail("multipart/report; report-type=feedback-report; boundary=b",
                                    "--b\nContent-Type: message/feedback-report\n\n" + report + "\n" + end),
                               kOurs));
  };
  const std::string whole = "Feedback-Type: abuse\nUser-Agent: x\nVersion: 1\nSource-IP: 192.0.2.1\n";
  EXPECT_EQ(arf(whole), "spam");
  EXPECT_EQ(arf(whole, ""), "damaged");
  EXPECT_EQ(arf(whole + "\nReported-URI: http://a.example/\n"), "damaged");
  EXPECT_EQ(arf(whole + "Feedback-Type: fraud\n"), "damaged");
  EXPECT_EQ(arf("Feedback-Type: abuse\nSource-IP: 192.0.2.1 192.0.2.2\n"), "damaged");
  EXPECT_EQ(arf("Feedback-Type: opt-out\nSource-IP: 192.0.2.1\n"), "unsupported");
}

TEST(FreeForm, DoesNotReadWhatIsLeftOfAReportForMachines) {
  EXPECT_EQ(word(read_complaint(mail("text/plain", "Feedback-Type: abuse\nSource-IP: 192.0.2.1\n"), kOurs)),
            "damaged");
  EXPECT_EQ(word(read_complaint(mail("text/plain", "an attack by 192.0.2.1\n{\"xarf_version\":\n"), kOurs)),
            "damaged");
}

TEST(FreeForm, AccusesNoHostThatOnlyTheReporterNames) {
  const std::string about = "Phishing goes on.\nMore about us: https://desk.example/about\n";
  EXPECT_EQ(word(read_complaint(mail("text/plain", about), kOurs)), "no_server");
  EXPECT_EQ(read_complaint(mail("text/plain", about + "URL: http://shop.example/login\n"), kOurs).server.text,
            "shop.example");
}

TEST(FreeForm, DoesNotReadAnAddressThatIsCut) {
  EXPECT_EQ(word(read_complaint(mail("text/plain", "spam from 192.0.2.4"), kOurs)), "no_server");
  EXPECT_EQ(word(read_complaint(mail("text/plain", "spam from 192.0.2.4\n"), kOurs)), "spam");
}

TEST(Mails, ThatAreTooDeepOrHaveTooManyPartsGoToAPerson) {
  std::string parts, deep = "end";
  for (int i = 0; i < 150; ++i) parts += "--b\nContent-Type: text/plain\n\nx\n";
  for (int i = 0; i < 40; ++i) deep = "Content-Type: message/rfc822\n\nFrom: a\n" + deep;
  EXPECT_EQ(word(read_complaint(mail("multipart/mixed; boundary=b", parts + "--b--\n"), kOurs)),
            "too_complex");
  EXPECT_EQ(word(read_complaint("From: a\nTo: b\n" + deep, kOurs)), "too_complex");
}

TEST(Mails, InOddCharsetsAreReadAsFarAsTheyAreAscii) {
  const auto read = read_complaint(
      mail("text/plain; charset=iso-2022-cn-ext", "spam from 192.0.2.4 \x1b$)A\n", "X: =?utf-7?Q?a?=\n"),
      kOurs);
  EXPECT_EQ(read.server.text, "192.0.2.4");
}

TEST(Mails, AreReadByManyThreadsAtOnce) {
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([] {
      for (int n = 0; n < 200; ++n)
        EXPECT_EQ(word(read_complaint(mail("text/plain; charset=euc-jp", "spam from 192.0.2.4\n"), kOurs)),
                  "spam");
    });
  }
  for (auto& thread : threads) thread.join();
}

TEST(Networks, WithoutAnyEveryAddressMayBeOurs) {
  EXPECT_TRUE(may_hold(kOurs, "2001:db8:10::1"));
  EXPECT_FALSE(may_hold(kOurs, "2001:db8:11::1"));
  EXPECT_TRUE(may_hold({}, "203.0.113.1"));
  EXPECT_EQ(read_complaint(mail("text/plain", "spam from 203.0.113.1\n"), {}).server.text, "203.0.113.1");
  EXPECT_EQ(word(read_complaint(mail("text/plain", "spam from 203.0.113.1 to me, 203.0.113.2\n"), {})),
            "several_servers");
}

}  // namespace
}  // namespace rescue::complaint
