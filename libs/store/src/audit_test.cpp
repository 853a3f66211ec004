#include "rescue/store/audit.hpp"

#include "contract.hpp"

namespace rescue::store {
namespace {

class AuditContract : public Contract {
 protected:
  Status append(const std::string& incident_id, const std::string& reason, Json details = Json::object()) {
    AuditRow row;
    row.at_us = 1'700'000'000'000'000;
    row.incident_id = incident_id;
    row.actor = "operator:k3";
    row.action = "incident.transition";
    row.reason = reason;
    row.details = std::move(details);
    return write([&](Tx& tx) -> Status { return Audit::append(tx, row); });
  }
  Result<std::int64_t> verify() {
    return db->read([](Tx& tx) { return Audit::verify(tx); });
  }
  void tamper(const std::string& sql) {
    ASSERT_TRUE(write([&](Tx& tx) -> Status {
      RESCUE_TRY(tx.execute(sql));
      return {};
    }));
  }
  void expect_broken_at(const std::string& row) {
    const auto result = verify();
    ASSERT_FALSE(result);
    EXPECT_EQ(result.error().code, ErrorCode::kCorrupt);
    EXPECT_NE(result.error().detail.find(row), std::string::npos) << result.error().detail;
  }
};
RESCUE_STORE_CONTRACT(AuditContract);

TEST_P(AuditContract, AnEmptyChainIsWhole) {
  EXPECT_EQ(verify(), 0);
}

TEST_P(AuditContract, GivesTheRowsOfAnIncidentInOrder) {
  ASSERT_TRUE(append("inc_a", "first", {{"to", "confirmed"}, {"n", 1.5}}));
  ASSERT_TRUE(append("inc_b", "other"));
  ASSERT_TRUE(append("inc_a", "second"));
  const auto rows = *db->read([](Tx& tx) { return Audit::of_incident(tx, "inc_a", 0, 10); });
  ASSERT_EQ(rows.size(), 2U);
  EXPECT_EQ(rows[0].number, 1);
  EXPECT_EQ(rows[0].details.at("to"), "confirmed");
  EXPECT_EQ(rows[1].reason, "second");
  EXPECT_EQ(rows[1].hash.size(), 64U);
  EXPECT_EQ(db->read([](Tx& tx) { return Audit::of_incident(tx, "inc_a", 1, 10); })->size(), 1U);
  EXPECT_EQ(verify(), 3);
}

TEST_P(AuditContract, SeveralRowsAreChainedInTheirOrder) {
  AuditRow row;
  row.incident_id = "inc_a";
  AuditRow other = row;
  other.reason = "other";
  const AuditRow* rows[] = {&row, &other, &row};
  ASSERT_TRUE(append("inc_a", "before"));
  ASSERT_TRUE(write([&](Tx& tx) -> Status { return Audit::append_all(tx, rows); }));
  ASSERT_TRUE(write([&](Tx& tx) -> Status { return Audit::append_all(tx, {}); }));
  ASSERT_TRUE(append("inc_a", "after"));
  EXPECT_EQ(verify(), 5);
  const auto kept = *db->read([](Tx& tx) { return Audit::of_incident(tx, "inc_a", 0, 10); });
  EXPECT_EQ(kept[2].reason, "other");
}

TEST_P(AuditContract, BytesThatAreNoTextDoNotBreakTheChain) {
  ASSERT_TRUE(append("inc_a", std::string("\xff\xfe\0'", 4), {{"file", "\xc3("}}));
  ASSERT_TRUE(append("inc_a", "後"));
  EXPECT_EQ(verify(), 2);
}

TEST_P(AuditContract, ARolledBackRowLeavesNoTrace) {
  ASSERT_TRUE(append("inc_a", "kept"));
  EXPECT_FALSE(write([](Tx& tx) -> Status {
    RESCUE_TRY(Audit::append(tx, AuditRow()));
    return fail(ErrorCode::kConflict, "version-conflict", "");
  }));
  ASSERT_TRUE(append("inc_a", "kept too"));
  EXPECT_EQ(verify(), 2);
}

TEST_P(AuditContract, EveryChangeShows) {
  const std::vector<std::pair<std::string, std::string>> changes{
      {"UPDATE audit SET reason = 'another' WHERE number = 3", "row 3"},
      {"UPDATE audit SET at_us = at_us + 1 WHERE number = 1", "row 1"},
      {"UPDATE audit SET details = '{\"a\":1}' WHERE number = 2", "row 2"},
      {"UPDATE audit SET details = 'no json' WHERE number = 2", "row 2"},
      {"UPDATE audit SET hash = reason WHERE number = 4", "row 4"},
      {"DELETE FROM audit WHERE number = 2", "row 2"},
      {"DELETE FROM audit WHERE number = 5", "row 5"},
      {"UPDATE audit_head SET number = 4 WHERE id = 1", "row 6"},
      {"DELETE FROM audit_head", "end of the audit chain"}};
  for (const auto& [sql, row] : changes) {
    SetUp();
    for (int i = 0; i < 5; ++i) ASSERT_TRUE(append("inc_a", "r" + std::to_string(i)));
    ASSERT_EQ(verify(), 5);
    tamper(sql);
    expect_broken_at(row);
  }
}

TEST_P(AuditContract, VerifiesMoreThanOnePage) {
  ASSERT_TRUE(write([](Tx& tx) -> Status {
    for (int i = 0; i < 2'500; ++i) RESCUE_TRY(Audit::append(tx, AuditRow()));
    return {};
  }));
  EXPECT_EQ(verify(), 2'500);
  tamper("UPDATE audit SET actor = 'me' WHERE number = 2001");
  expect_broken_at("row 2001");
}

}  // namespace
}  // namespace rescue::store
