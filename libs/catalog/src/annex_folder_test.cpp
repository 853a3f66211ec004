#include <gtest/gtest.h>

#include <atomic>
#include <thread>

#include "rescue/catalog/catalogue.hpp"
#include "rescue/catalog/contracts.hpp"
#include "rescue/catalog/testing/annex_room.hpp"

namespace rescue::catalog {
namespace {

using testing::AnnexRoom;

const Timestamp kNow = *parse_rfc3339("2026-09-18T03:00:00Z");

class AnnexFolders : public ::testing::Test {
 protected:
  void SetUp() override {
    const auto opened = folder.open(kNow);
    ASSERT_TRUE(opened) << opened.error().detail;
  }
  /// The fault that the next refresh finds, "" when it takes the change.
  std::string fault_after(const std::string& file, const std::string& from, const std::string& to) {
    room.edit(file, from, to);
    const auto read = folder.refresh(kNow + std::chrono::hours(1));
    EXPECT_EQ(read.size(), 1U);
    return read.empty() ? "not read" : read[0].broken.value_or("");
  }
  std::int64_t investigation_yen() const {
    return folder.current()->prices->rows().back().lines.at("investigation").net.amount;
  }

  AnnexRoom room;
  AnnexFolder folder{room.path()};
};

TEST_F(AnnexFolders, R9_AChangedFileIsTakenWithoutARestart) {
  EXPECT_TRUE(folder.refresh(kNow).empty()) << "nothing has changed";
  const auto before = folder.current();
  room.edit("prices.yaml", "prices-1", "prices-2");
  EXPECT_EQ(fault_after("prices.yaml", "net_yen: 50000", "net_yen: 51000"), "");
  EXPECT_EQ(investigation_yen(), 51'000);
  EXPECT_EQ(before->prices->rows().back().lines.at("investigation").net.amount, 50'000)
      << "who has a snapshot keeps it";
  EXPECT_EQ(folder.states()[0].loaded, kNow + std::chrono::hours(1));
  EXPECT_TRUE(folder.refresh(kNow).empty());
}

TEST_F(AnnexFolders, R9_ABrokenFileLeavesTheLastGoodOneInForceAndNamesFileAndLine) {
  EXPECT_EQ(fault_after("prices.yaml", "net_yen: 50000", "net_yen: 0.5"),
            room.path() +
                "/prices.yaml:16: /versions/0/lines/1/net_yen: must be a whole number from 0 to "
                "100000000");
  EXPECT_EQ(investigation_yen(), 50'000);
  EXPECT_EQ(folder.states()[0].loaded, kNow);
  EXPECT_EQ(fault_after("prices.yaml", "net_yen: 0.5", "net_yen: 50000"), "") << "it was mended";
  EXPECT_NE(
      fault_after("operating_systems.csv", "2028-06-30", "2028-02-30").find("operating_systems.csv:7: "),
      std::string::npos);
  EXPECT_NE(folder.current()->operating_systems->find("debian-12", day_in_tokyo(kNow)), nullptr);
}

TEST_F(AnnexFolders, R9_AFileThatIsGoneLeavesTheLastGoodOneInForce) {
  std::filesystem::remove(room.path() + "/consents.yaml");
  const auto read = folder.refresh(kNow);
  ASSERT_EQ(read.size(), 1U);
  EXPECT_EQ(read[0].broken, room.path() + "/consents.yaml: cannot be opened");
  EXPECT_TRUE(folder.current()->consents->on(day_in_tokyo(kNow)));
}

TEST_F(AnnexFolders, R9_AMissingOrBrokenFileAtTheStartFailsClosed) {
  std::filesystem::remove(room.path() + "/prices.yaml");
  room.write("packages.csv", "os\ndebian-12\n");
  AnnexFolder late(room.path());
  const auto opened = late.open(kNow);
  ASSERT_FALSE(opened);
  EXPECT_NE(opened.error().detail.find("prices.yaml: cannot be opened"), std::string::npos);
  EXPECT_NE(opened.error().detail.find("packages.csv:2: /rows/0/package: "), std::string::npos);
  EXPECT_EQ(late.current(), nullptr);
}

TEST_F(AnnexFolders, AVersionIsNeverChanged) {
  const auto fault = fault_after("prices.yaml", "net_yen: 50000", "net_yen: 51000");
  EXPECT_NE(fault.find("\"prices-1\" stood there with another content"), std::string::npos) << fault;
  EXPECT_EQ(investigation_yen(), 50'000);
  EXPECT_NE(fault_after("consents.yaml", "not guaranteed", "guaranteed").find("\"R34 1.2\""),
            std::string::npos);
}

TEST_F(AnnexFolders, AVersionMayGetItsLastDayWhenTheNextIsKnown) {
  room.write("documents.yaml",
             room.text("documents.yaml") +
                 "  - document: runbook\n    version: runbook-2\n    valid_from: 2026-10-01\n"
                 "    title: {ja: \"手順\", en: \"Runbook\"}\n");
  EXPECT_NE(folder.refresh(kNow)[0].broken.value_or("").find("overlaps the row of runbook before it"),
            std::string::npos);
  const auto last = room.text("documents.yaml").rfind("valid_to: null");
  room.write("documents.yaml", room.text("documents.yaml").replace(last, 14, "valid_to: 2026-09-30"));
  EXPECT_EQ(folder.refresh(kNow)[0].broken, std::nullopt);
  const auto on = [&](const char* day) {
    return folder.current()->documents->on(kRunbook, *parse_day(day))->version;
  };
  EXPECT_EQ(on("2026-09-30"), "runbook-1");
  EXPECT_EQ(on("2026-10-01"), "runbook-2");
}

TEST_F(AnnexFolders, RefusesGapsAndOverlaps) {
  const auto second = [&](const std::string& from) {
    return "debian-12,Debian 12,2028-06-30,verified,s,2020-04-01,2026-09-30\ndebian-12,Debian "
           "12,2029-06-30,verified,s," +
           from + ",\n";
  };
  const std::string head = "os,name,end_of_support,tested,source,valid_from,valid_to\n";
  room.write("operating_systems.csv", head + second("2026-10-02"));
  EXPECT_NE(
      folder.refresh(kNow)[0].broken.value_or("").find(
          ":3: /rows/1/valid_from: leaves a gap: the row of debian-12 before it ends on 2026-09-30, so this "
          "one must begin on 2026-10-01"),
      std::string::npos);
  room.write("operating_systems.csv", head + second("2026-09-30"));
  EXPECT_NE(folder.refresh(kNow)[0].broken.value_or("").find("overlaps the row"), std::string::npos);
}

TEST_F(AnnexFolders, AskBeforeTheyTakeVersionsAndTryAgainWhenThatFails) {
  AnnexFolder other(room.path());
  Status answer = {};
  std::size_t asked = 0;
  other.keep_versions([&](const std::vector<AnnexVersion>& versions) {
    asked += versions.size();
    return answer;
  });
  ASSERT_TRUE(other.open(kNow));
  EXPECT_GT(asked, 50U);
  answer = fail(ErrorCode::kUnavailable, "database-unavailable", "away");
  room.edit("prices.yaml", "prices-1", "prices-2");
  EXPECT_TRUE(other.refresh(kNow)[0].broken);
  answer = {};
  EXPECT_FALSE(other.refresh(kNow).at(0).broken);
}

TEST_F(AnnexFolders, TakeAFurtherFileThatAnotherPartReads) {
  AnnexFolder other(room.path());
  room.write("holidays.csv", "2026-09-21,敬老の日\n");
  std::string seen;
  other.add(
      {"holidays", "holidays.csv", AnnexFile::Form::kText, [&](const AnnexText& in) -> Result<ReadAnnex> {
         return ReadAnnex{{}, [&seen, text = in.text](Annexes&) { seen = text; }};
       }});
  ASSERT_TRUE(other.open(kNow));
  EXPECT_EQ(seen, "2026-09-21,敬老の日\n");
}

TEST_F(AnnexFolders, ASnapshotIsWholeHoweverOftenTheFileChangesMeanwhile) {
  std::atomic<bool> stop{false};
  std::atomic<int> wrong{0};
  std::thread reader([&] {
    while (!stop) {
      const auto seen = folder.current();
      const auto& list = seen->prices->rows().back();
      const auto expected = list.version == "prices-1" ? 50'000 : std::stoll(list.version.substr(2));
      if (list.lines.at("investigation").net.amount != expected) ++wrong;
    }
  });
  const auto text = room.text("prices.yaml");
  for (int i = 0; i < 50; ++i) {
    const auto yen = std::to_string(60'000 + i);
    auto changed = text;
    changed.replace(changed.find("prices-1"), 8, "v-" + yen);
    changed.replace(changed.find("net_yen: 50000"), 14, "net_yen: " + yen);
    room.write("prices.yaml", changed);
    EXPECT_FALSE(folder.refresh(kNow).at(0).broken);
  }
  stop = true;
  reader.join();
  EXPECT_EQ(wrong, 0);
}

}  // namespace
}  // namespace rescue::catalog
