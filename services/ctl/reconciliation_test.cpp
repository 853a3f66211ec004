#include "reconciliation.hpp"

#include <gtest/gtest.h>

namespace rescue::ctl {
namespace {

Json fee(const std::string& order, std::int64_t yen = 55'000) {
  return {{"order_id", "ord_" + order},
          {"incident_id", "inc_" + order},
          {"total_yen", yen},
          {"charge_id", "chg_" + order}};
}

Json charge(const std::string& order, std::int64_t yen = 55'000) {
  auto out = fee(order, yen);
  out["kind"] = "charge";
  return out;
}

std::string found(const AroundMonth& fees, const AroundMonth& charges) {
  std::string out;
  for (const auto& one : compare(fees, charges)) out += one.order_id + ": " + one.what + "\n";
  return out;
}

TEST(Reconciliation, R42_EachFeeHasItsOneChargeAlsoAcrossTheEndOfAMonth) {
  auto credit = charge("b", -11'000);
  credit["kind"] = "credit_note";
  EXPECT_EQ(found({{fee("a"), fee("b")}, {fee("c")}}, {{charge("a"), charge("c"), credit}, {charge("b")}}),
            "");
}

TEST(Reconciliation, R41_SaysWhatDoesNotMatch) {
  auto elsewhere = charge("d");
  elsewhere["incident_id"] = "inc_x";
  auto untold = fee("e");
  untold["charge_id"] = nullptr;
  auto other = charge("f");
  other["charge_id"] = "chg_x";
  const AroundMonth fees{{fee("a"), fee("b"), fee("c"), fee("d"), untold, fee("f")}, {}};
  const AroundMonth charges{{charge("b", 50'000), charge("c"), elsewhere, charge("e"), other, charge("g")},
                            {charge("c")}};
  EXPECT_EQ(found(fees, charges),
            "ord_a: due, but not charged\n"
            "ord_b: ordered for 55000 yen, charged 50000\n"
            "ord_c: charged more than once\n"
            "ord_d: charged to the incident inc_x\n"
            "ord_e: charged as chg_e, which workflow was not told\n"
            "ord_f: charged as chg_x, not as chg_f\n"
            "ord_g: charged as chg_g, but nothing is due\n");
}

TEST(Reconciliation, KnowsTheMonthsBeside) {
  EXPECT_EQ(*months_beside("2026-09"), (std::vector<std::string>{"2026-08", "2026-10"}));
  EXPECT_EQ(*months_beside("2027-01"), (std::vector<std::string>{"2026-12", "2027-02"}));
  for (const auto* bad : {"", "2026", "2026-13", "2026-00", "2026-9", "2026-09-01", "x026-09"}) {
    EXPECT_FALSE(months_beside(bad)) << bad;
  }
}

}  // namespace
}  // namespace rescue::ctl
