#include "notices/texts.hpp"

#include <gtest/gtest.h>

namespace rescue::workflow {
namespace {

Json sample() {
  return {{"incident_id", "inc_1"},
          {"report_id", "rep_1"},
          {"received_at", "2026-09-18T12:04:05+09:00"},
          {"server_id", "srv-1001"},
          {"situation", {{"ja", "侵入を確認"}, {"en", "an intrusion"}}},
          {"order_id", "ord_1"},
          {"begins", "2026-09-18T13:00:00+09:00"},
          {"work_item", work_item_words("investigation")},
          {"total_yen", with_thousands(55'000)},
          {"questions", {{"ja", "1. いつ"}, {"en", "1. When"}}},
          {"deadline", "2026-09-21T12:04:05+09:00"},
          {"from", "a"},
          {"until", "b"},
          {"reason", "the disk is copied"},
          {"report_sha256", std::string(64, 'a')},
          {"charge_id", "chg_1"},
          {"task", {{"ja", "更新してください"}, {"en", "update it"}}}};
}

TEST(NoticeTexts, EveryKindIsWholeInBothLanguages) {
  for (const auto& kind : notice_kinds()) {
    const auto texts = notice_texts(kind, sample());
    for (const auto* language : {"ja", "en"}) {
      const auto subject = texts.at(language).at("subject").get<std::string>();
      const auto text = texts.at(language).at("text").get<std::string>();
      EXPECT_FALSE(subject.empty()) << kind;
      EXPECT_EQ((subject + text).find_first_of("{}"), std::string::npos) << kind;
      EXPECT_LE(subject.size(), 200U) << kind;
    }
    EXPECT_NE(texts.at("ja"), texts.at("en"));
    EXPECT_EQ(texts.at("version"), "notices-1");
  }
  EXPECT_THROW(notice_texts("teleport", sample()), std::runtime_error);
}

TEST(NoticeTexts, TheReporterHearsNothingOfTheCustomerOrTheServer) {
  for (const auto* kind : {"report_taken", "report_closed"}) {
    const auto text = dump_json(notice_texts(kind, sample()));
    EXPECT_EQ(text.find("srv-1001"), std::string::npos) << kind;
    EXPECT_EQ(text.find("inc_1"), std::string::npos) << kind;
    EXPECT_NE(text.find("rep_1"), std::string::npos) << kind;
  }
}

TEST(NoticeTexts, R2_TheGuidanceIsAboutReinstallingTheOs) {
  const auto texts = notice_texts("self_remediation_guidance", sample());
  EXPECT_NE(texts.at("ja").at("text").get<std::string>().find("再インストール"), std::string::npos);
  EXPECT_NE(texts.at("en").at("text").get<std::string>().find("Reinstall the OS afresh"), std::string::npos);
}

TEST(NoticeTexts, AFactIsNoTemplateAndCannotSteerAReader) {
  auto facts = sample();
  facts["reason"] = "{server_id}\r\nBcc: x@y.jp\x1b[2J \xe2\x80\xae reversed \xc2\x9b";
  facts["server_id"] = "srv\r\nX: y";
  const auto texts = notice_texts("stop_window", facts);
  const auto text = texts.at("en").at("text").get<std::string>();
  EXPECT_NE(text.find("Why: {server_id}\nBcc: x@y.jp[2J  reversed \n"), std::string::npos) << text;
  const auto subject = texts.at("en").at("subject").get<std::string>();
  EXPECT_EQ(subject, "Your server may be stopped (srv X: y)");
}

TEST(NoticeTexts, NumbersHaveTheirThousandsParted) {
  EXPECT_EQ(with_thousands(0), "0");
  EXPECT_EQ(with_thousands(999), "999");
  EXPECT_EQ(with_thousands(1000), "1,000");
  EXPECT_EQ(with_thousands(1'234'567), "1,234,567");
  EXPECT_EQ(with_thousands(-55'000), "-55,000");
}

}  // namespace
}  // namespace rescue::workflow
