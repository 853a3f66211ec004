#include <gtest/gtest.h>

#include "rescue/store/testing/old_versions.hpp"

extern const std::span<const rescue::EmbeddedFile> pricing_migrations;

namespace rescue::pricing {
namespace {

TEST(PricingMigrations, KeepTheRowsOfEachEarlierVersion) {
  store::testing::expect_rows_to_survive(
      pricing_migrations,
      {{.since = 1,
        .insert =
            "INSERT INTO quotes (quote_id, incident_id, server_id, customer, work_item, sha256, document, "
            "total_yen, issued_us, expires_us, issued_by) VALUES ('quo_1', 'inc_a', 'srv-1', 'C-1', "
            "'investigation', 'h', '{}', 100, 5, 6, 'k')",
        .select = "SELECT document FROM quotes WHERE quote_id = 'quo_1'",
        .expected = "{}"},
       {.since = 1,
        .insert =
            "INSERT INTO charges (charge_id, order_id, quote_id, incident_id, customer, outcome, lines, "
            "net_yen, tax_percent, tax_yen, total_yen, completed_us, created_us) VALUES ('chg_1', "
            "'ord_1', 'quo_1', 'inc_a', 'C-1', 'completed', '[]', 91, 10, 9, 100, 5, 6)",
        .select = "SELECT order_id FROM charges WHERE charge_id = 'chg_1'",
        .expected = "ord_1"},
       // Midnight in Tokyo, the first of October.
       {.since = 2,
        .before = 4,
        .insert =
            "INSERT INTO charges (charge_id, order_id, quote_id, incident_id, customer, outcome, lines, "
            "net_yen, tax_percent, tax_yen, total_yen, completed_us, created_us) VALUES ('chg_2', "
            "'ord_2', 'quo_2', 'inc_b', 'C-1', 'completed', '[]', 91, 10, 9, 100, 5, 1790780400000000)",
        .select = "SELECT CAST(month AS TEXT) FROM ledger WHERE entry_id = 'chg_2'",
        .expected = "202610"},
       {.since = 2,
        .before = 4,
        .insert =
            "INSERT INTO charges (charge_id, order_id, quote_id, incident_id, customer, outcome, lines, "
            "net_yen, tax_percent, tax_yen, total_yen, completed_us, created_us) VALUES ('chg_3', "
            "'ord_3', 'quo_3', 'inc_c', 'C-1', 'completed', '[]', 91, 10, 9, 100, 5, 1790780399999999)",
        .select = "SELECT CAST(month AS TEXT) FROM ledger WHERE entry_id = 'chg_3'",
        .expected = "202609"},
       {.since = 3,
        .insert = "INSERT INTO annex_versions (annex, version, sha256, content, seen_us) VALUES ('prices', "
                  "'v', 'h', '{}', 5)",
        .select = "SELECT content FROM annex_versions WHERE annex = 'prices' AND version = 'v'",
        .expected = "{}"},
       {.since = 5,
        .insert = "INSERT INTO comparisons (comparison_id, server_id, customer, sha256, document, shown_us, "
                  "expires_us, shown_to) VALUES ('cmp_1', 'srv-1', 'C-1', 'h', '{}', 5, 6, 'k')",
        .select = "SELECT document FROM comparisons WHERE comparison_id = 'cmp_1' AND incident_id IS NULL",
        .expected = "{}"}});
}

}  // namespace
}  // namespace rescue::pricing
