#include "ledger.hpp"

#include <random>

#include "charge_store.hpp"
#include "credit_note.hpp"
#include "quote_store.hpp"
#include "rescue/base/yen.hpp"
#include "testing.hpp"

extern const std::span<const rescue::EmbeddedFile> pricing_migrations;

namespace rescue::pricing {
namespace {

TEST(Months, AreThoseOfTokyo) {
  EXPECT_EQ(month_of(*parse_rfc3339("2026-09-30T14:59:59.999Z")), 202609);
  EXPECT_EQ(month_of(*parse_rfc3339("2026-09-30T15:00:00Z")), 202610);
  EXPECT_EQ(month_of(*parse_rfc3339("2026-12-31T15:00:00Z")), 202701);
  EXPECT_EQ(parse_month("2026-09").value(), 202609);
  EXPECT_EQ(format_month(202609), "2026-09");
  for (const auto* bad : {"", "2026-13", "2026-00", "2026-9", "26-09", "2026/09", "2026-09-01", "-026-09"}) {
    EXPECT_EQ(parse_month(bad).error().problem, "bad-query") << bad;
  }
}

struct Sums {
  std::int64_t count = 0, net_yen = 0, tax_yen = 0, total_yen = 0;
  bool operator==(const Sums&) const = default;
};

/// Charges and credit notes of chance over half a year.
class Books : public ::testing::Test {
 protected:
  std::int64_t up_to(std::int64_t max) {
    return std::uniform_int_distribution<std::int64_t>(0, max)(random_);
  }

  Status charge(store::Tx& tx, std::int64_t number) {
    const auto id = std::to_string(1'000'000 + number);
    StoredQuote quote;
    quote.quote_id = "quo_" + id;
    quote.server_id = "srv-1001";
    quote.work_item = "investigation";
    quote.document = Json::object();
    RESCUE_TRY(QuoteStore::insert(tx, quote));
    Charge charge;
    charge.charge_id = "chg_" + id;
    charge.order_id = "ord_" + id;
    charge.quote_id = quote.quote_id;
    charge.incident_id = "inc_" + id;
    charge.outcome = "completed";
    charge.lines = Json::array();
    for (auto lines = up_to(3) + 1; lines > 0; --lines) {
      charge.lines.push_back({{"code", "investigation"}, {"title", "x"}, {"net_yen", up_to(200'000)}});
      charge.net_yen += charge.lines.back().at("net_yen").get<std::int64_t>();
    }
    charge.tax_percent = up_to(1) == 0 ? 10 : 8;
    charge.tax_yen = tax_of({charge.net_yen}, static_cast<int>(charge.tax_percent)).amount;
    charge.total_yen = charge.net_yen + charge.tax_yen;
    charge.created_us = to_us(now_);
    RESCUE_TRY(ChargeStore::insert(tx, charge));
    charges_.push_back(charge);
    const LedgerEntry entry{.kind = "charge",
                            .entry_id = charge.charge_id,
                            .charge_id = charge.charge_id,
                            .net_yen = charge.net_yen,
                            .tax_percent = charge.tax_percent,
                            .tax_yen = charge.tax_yen,
                            .total_yen = charge.total_yen,
                            .booked_us = charge.created_us};
    return Ledger::book(tx, entry);
  }
  Status credit(store::Tx& tx, std::int64_t number) {
    if (charges_.empty()) return {};
    const auto& charge =
        charges_[static_cast<std::size_t>(up_to(static_cast<std::int64_t>(charges_.size()) - 1))];
    RESCUE_ASSIGN(const auto earlier, CreditNoteStore::of_charge(tx, charge.charge_id));
    auto note = up_to(2) == 0 ? compute_credit(charge, earlier, {})
                              : compute_credit(charge, earlier, {{{1, up_to(100'000) + 1}}});
    if (!note) return {};
    note->credit_note_id = "crn_" + std::to_string(1'000'000 + number);
    note->created_us = to_us(now_);
    return CreditNoteStore::insert(tx, *note);
  }
  void fill(store::Database& database) {
    const auto filled = database.write([&](store::Tx& tx) -> Status {
      for (std::int64_t i = 0; i < 500; ++i) {
        now_ += std::chrono::minutes(up_to(900));
        RESCUE_TRY(up_to(3) == 0 ? credit(tx, i) : charge(tx, i));
      }
      return {};
    });
    ASSERT_TRUE(filled) << filled.error().detail;
  }
  /// What the pages of a month add up to; their numbers rise.
  static Sums add_up(store::Database& database, Month month, std::size_t limit) {
    Sums out;
    std::int64_t after = 0;
    for (;;) {
      const auto rows =
          database.read([&](store::Tx& tx) { return Ledger::page(tx, month, after, limit); }).value();
      for (const auto& row : rows) {
        EXPECT_GT(row.number, after);
        after = row.number;
        ++out.count;
        out.net_yen += row.entry.net_yen;
        out.tax_yen += row.entry.tax_yen;
        out.total_yen += row.entry.total_yen;
        EXPECT_EQ(row.entry.total_yen, row.entry.net_yen + row.entry.tax_yen);
        EXPECT_EQ(row.credit_note_number != 0, row.entry.kind == "credit_note");
      }
      if (rows.size() < limit) return out;
    }
  }
  static Sums totals(store::Database& database, Month month) {
    Sums out;
    for (const auto& sum : database.read([&](store::Tx& tx) { return Ledger::sums(tx, month); }).value()) {
      out.count += sum.count;
      out.net_yen += sum.net_yen;
      out.tax_yen += sum.tax_yen;
      out.total_yen += sum.total_yen;
    }
    return out;
  }

  std::mt19937 random_{20260918};
  Timestamp now_ = *parse_rfc3339("2026-06-30T12:00:00Z");
  std::vector<Charge> charges_;
};

TEST_F(Books, R42_ThePagesOfEachMonthAddUpToItsTotalsAndTheMonthsToEverythingToTheYen) {
  auto database = store::Database::open("sqlite://:memory:", pricing_migrations).value();
  fill(*database);
  Sums all;
  std::size_t months = 0;
  for (Month month = 202606; month <= 202612; ++month) {
    const auto expected = totals(*database, month);
    for (const std::size_t limit : {1U, 7U, 1000U}) {
      EXPECT_EQ(add_up(*database, month, limit), expected) << month << " by " << limit;
    }
    months += expected.count > 0 ? 1 : 0;
    all.count += expected.count;
    all.total_yen += expected.total_yen;
  }
  EXPECT_GT(months, 4U);
  std::int64_t charged = 0;
  for (const auto& charge : charges_) charged += charge.total_yen;
  const auto credited =
      database
          ->read([](store::Tx& tx) {
            return tx.find("SELECT COUNT(*), CAST(SUM(total_yen) AS BIGINT) FROM credit_notes");
          })
          .value();
  EXPECT_GT(credited->integer(0), 20);
  EXPECT_EQ(all.total_yen, charged - credited->integer(1));
  EXPECT_EQ(all.count, static_cast<std::int64_t>(charges_.size()) + credited->integer(0));
}

class Export : public WithWorkflow {
 protected:
  /// Three charges in September, one of them credited in October.
  void SetUp() override {
    std::string last;
    for (int i = 0; i < 3; ++i) {
      const auto inc = incident();
      const auto promised = quote(inc);
      ASSERT_TRUE(redeem(inc, redeem_body(promised, "ord_" + inc))["accepted"]);
      last = charge(inc, promised, "ord_" + inc, "completed")["charge_id"];
    }
    pricing.clock.advance(*parse_rfc3339("2026-09-30T15:00:00Z") - pricing.clock.now());
    const Json credit{{"reason", "=late, \"very\""},
                      {"lines", {{{"line", 1}, {"net_yen", 10'000}}}},
                      {"total_yen", 11'000}};
    ASSERT_EQ(pricing.door("operator").post("/v1/charges/" + last + "/credit-notes", credit).status, 201);
  }
};

TEST_F(Export, GivesAMonthPageByPageAndItsTotals) {
  auto billing = pricing.door("internal");
  std::int64_t total = 0;
  std::size_t count = 0;
  std::string next = "/v1/charges/export?month=2026-09&limit=2";
  for (int pages = 0; !next.empty(); ++pages) {
    ASSERT_LT(pages, 2);
    const auto page = billing.get(next).body;
    for (const auto& item : page.at("items")) total += item.at("total_yen").get<std::int64_t>();
    count += page.at("items").size();
    next = page.at("next_cursor").is_null() ? ""
                                            : "/v1/charges/export?month=2026-09&limit=2&cursor=" +
                                                  page.at("next_cursor").get<std::string>();
  }
  EXPECT_EQ(count, 3U);
  EXPECT_EQ(total, 165'000);
  const auto totals = billing.get("/v1/charges/totals?month=2026-09").body;
  EXPECT_EQ(totals.at("count"), 3);
  EXPECT_EQ(totals.at("total_yen"), 165'000);
  EXPECT_TRUE(totals.at("over"));
  const auto october = billing.get("/v1/charges/totals?month=2026-10").body;
  EXPECT_EQ(october.at("total_yen"), -11'000) << "a credit note counts in its own month";
  EXPECT_FALSE(october.at("over"));
}

TEST_F(Export, GivesCsvThatIsSafeToOpen) {
  auto billing = pricing.door("operator");
  http::Client client(
      {.base_url = "http://127.0.0.1:" + std::to_string(pricing.port()), .token = pricing.token("operator")});
  const auto october = client.get("/v1/charges/export?month=2026-10&format=csv").value();
  EXPECT_EQ(october.headers.at("content-type"), "text/csv; charset=utf-8");
  EXPECT_NE(october.body.find(",-10000,10,-1000,-11000,\"'=late, \"\"very\"\"\"\r\n"), std::string::npos)
      << october.body;
  EXPECT_TRUE(october.body.starts_with("number,kind,charge_id,"));
  const auto first = client.get("/v1/charges/export?month=2026-09&format=csv&limit=2").value();
  const auto link = first.headers.at("link");
  const auto second = client.get(link.substr(1, link.find('>') - 1)).value();
  const auto whole = client.get("/v1/charges/export?month=2026-09&format=csv").value();
  EXPECT_EQ(first.body + second.body, whole.body) << "pages put together are the file";
  EXPECT_FALSE(second.headers.contains("link"));
}

TEST_F(Export, IsForBillingAndOperatorsAndSaysWhatIsWrong) {
  EXPECT_EQ(pricing.door("web_form").get("/v1/charges/export?month=2026-09").status, 403);
  EXPECT_EQ(pricing.door("web_form").get("/v1/charges/totals?month=2026-09").status, 403);
  auto billing = pricing.door("internal");
  EXPECT_EQ(billing.get("/v1/charges/export").problem(), "bad-query");
  EXPECT_EQ(billing.get("/v1/charges/export?month=2026-13").problem(), "bad-query");
  EXPECT_EQ(billing.get("/v1/charges/export?month=2026-09&format=xml").problem(), "bad-query");
  EXPECT_EQ(billing.get("/v1/charges/export?month=2026-09&cursor=x").problem(), "bad-cursor");
  EXPECT_EQ(billing.get("/v1/charges/totals?month=").problem(), "bad-query");
}

}  // namespace
}  // namespace rescue::pricing
