#include "follow_up.hpp"

#include <algorithm>
#include <array>

#include "rescue/base/yen.hpp"
#include "rescue/catalog/quote.hpp"

namespace rescue::pricing {
namespace {

using catalog::WorkItem;

/// An earlier charge of the same case and kind.
struct Earlier {
  std::string charge_id, order_id, outcome;
  WorkItem work_item = WorkItem::kInvestigation;
  Json lines;
  std::int64_t net_yen = 0, completed_us = 0;
};

/// A line that takes off what was charged, and the lines it takes off from.
struct Deduction {
  std::string_view code;
  std::array<std::string_view, 4> from;
  std::string_view ja, en;
};
constexpr std::array kDeductions{
    Deduction{"charged_work",
              {"mail_abuse_response", "investigation", "investigation_recovery", "reinstall"},
              "ご請求済みの作業の差引",
              "Less the work that was charged already"},
    Deduction{"charged_special_work",
              {"special_work"},
              "ご請求済みの特別作業料の差引",
              "Less the special work fee that was charged already"},
    Deduction{"charged_out_of_hours",
              {"out_of_hours"},
              "ご請求済みの営業時間外料金の差引",
              "Less the out-of-hours price that was charged already"},
};

bool is_mail(WorkItem item) {
  return item == WorkItem::kMailAbuseResponse;
}

/// Mail abuse response and investigation stand side by side; the other items contain each other.
Result<std::vector<Earlier>> charged_before(store::Tx& tx, const StoredQuote& quote,
                                            const std::string& case_id) {
  RESCUE_ASSIGN(const auto wanted, catalog::parse_work_item(quote.work_item));
  RESCUE_ASSIGN(const auto rows,
                tx.query("SELECT c.charge_id, c.order_id, c.outcome, q.work_item, c.lines, c.net_yen, "
                         "c.completed_us FROM quotes q JOIN charges c ON c.quote_id = q.quote_id "
                         "WHERE q.case_id = ? AND q.customer = ? AND q.server_id = ? "
                         "ORDER BY c.charge_id LIMIT 100",
                         {case_id, quote.customer, quote.server_id}));
  std::vector<Earlier> out;
  for (const auto& row : rows) {
    RESCUE_ASSIGN(const auto item, catalog::parse_work_item(row.text(3)));
    if (is_mail(item) != is_mail(wanted)) continue;
    RESCUE_ASSIGN(auto lines, parse_json(row.text(4)));
    out.push_back(
        {row.text(0), row.text(1), row.text(2), item, std::move(lines), row.integer(5), row.integer(6)});
  }
  return out;
}

std::int64_t sum_of(const Json& lines, const Deduction& deduction) {
  std::int64_t sum = 0;
  for (const auto& line : lines) {
    const auto code = line.value("code", "");
    const bool counts = code == deduction.code ||
                        std::find(deduction.from.begin(), deduction.from.end(), code) != deduction.from.end();
    if (counts) sum += line.value("net_yen", std::int64_t{0});
  }
  return sum;
}

/// Adds the deductions to the lines; how much they take off.
std::int64_t deduct(Json& lines, const std::vector<Earlier>& earlier) {
  std::int64_t all = 0;
  for (const auto& deduction : kDeductions) {
    std::int64_t charged = 0;
    for (const auto& one : earlier) charged += sum_of(one.lines, deduction);
    const auto off = std::min(charged, sum_of(lines, deduction));
    if (off <= 0) continue;
    lines.push_back({{"code", deduction.code},
                     {"rule", "R42"},
                     {"title", {{"ja", deduction.ja}, {"en", deduction.en}}},
                     {"net_yen", -off}});
    all += off;
  }
  return all;
}

/// `window` after the last report; 0: there is none.
std::int64_t end_of_follow_ups(const std::vector<Earlier>& earlier, std::chrono::seconds window) {
  std::int64_t reported_us = 0;
  for (const auto& one : earlier) {
    if (one.outcome != "cancelled") reported_us = std::max(reported_us, one.completed_us);
  }
  return reported_us == 0 ? 0 : reported_us + std::chrono::microseconds(window).count();
}

Status check_possible(const StoredQuote& quote, const std::vector<Earlier>& earlier, std::int64_t until_us) {
  RESCUE_ASSIGN(const auto wanted, catalog::parse_work_item(quote.work_item));
  for (const auto& one : earlier) {
    if (wanted > one.work_item) continue;
    return fail(ErrorCode::kConflict, "work-item-covered",
                "the order " + one.order_id + " was for " + std::string(to_string(one.work_item)) +
                    ": a follow-up is a larger item",
                "/work_item");
  }
  if (until_us == 0) {
    return fail(ErrorCode::kConflict, "follow-up-not-possible",
                "the order " + earlier.back().order_id + " was cancelled: there is no report to go on from",
                "/incident_id");
  }
  if (quote.issued_us < until_us) return {};
  return fail(ErrorCode::kConflict, "follow-up-too-late",
              "the time for follow-up orders ended at " + format_rfc3339(from_us(until_us)) +
                  ": report the server anew",
              "/incident_id");
}

Json names_of(const std::vector<Earlier>& earlier) {
  Json out = Json::array();
  for (const auto& one : earlier) {
    out.push_back({{"charge_id", one.charge_id},
                   {"order_id", one.order_id},
                   {"work_item", to_string(one.work_item)},
                   {"net_yen", one.net_yen}});
  }
  return out;
}

void make_follow_up(StoredQuote& quote, const std::string& case_id, const std::vector<Earlier>& earlier,
                    std::int64_t until_us) {
  auto& document = quote.document;
  const auto off = deduct(document["lines"], earlier);
  Yen net;
  for (const auto& line : document["lines"]) net += Yen{line.at("net_yen").get<std::int64_t>()};
  const auto tax = tax_of(net, document.at("tax_percent").get<int>());
  quote.expires_us = std::min(quote.expires_us, until_us);
  quote.total_yen = (net + tax).amount;
  document["net_yen"] = net.amount;
  document["tax_yen"] = tax.amount;
  document["total_yen"] = quote.total_yen;
  document["expires_at"] = format_rfc3339(from_us(quote.expires_us));
  document["follow_up"] = {{"incident_id", case_id},
                           {"charged", names_of(earlier)},
                           {"deducted_yen", off},
                           {"until", format_rfc3339(from_us(until_us))}};
  quote.sha256 = catalog::document_hash(document);
  document["sha256"] = quote.sha256;
}

}  // namespace

Result<std::string> Cases::of_incident(store::Tx& tx, const std::string& incident_id) {
  RESCUE_ASSIGN(const auto row,
                tx.find("SELECT q.case_id FROM charges c JOIN quotes q ON q.quote_id = c.quote_id "
                        "WHERE c.incident_id = ? AND q.case_id IS NOT NULL LIMIT 1",
                        {incident_id}));
  return row ? row->text(0) : incident_id;
}

Status Cases::add(store::Tx& tx, const std::string& quote_id, const std::string& case_id) {
  RESCUE_TRY(tx.execute("UPDATE quotes SET case_id = ? WHERE quote_id = ?", {case_id, quote_id}));
  return {};
}

Status follow_up_if_charged(store::Tx& tx, StoredQuote& quote, std::chrono::seconds window) {
  RESCUE_ASSIGN(const auto case_id, Cases::of_incident(tx, quote.incident_id));
  RESCUE_ASSIGN(const auto earlier, charged_before(tx, quote, case_id));
  if (earlier.empty()) return {};
  const auto until_us = end_of_follow_ups(earlier, window);
  RESCUE_TRY(check_possible(quote, earlier, until_us));
  make_follow_up(quote, case_id, earlier, until_us);
  return {};
}

Status check_follow_up(store::Tx& tx, const StoredQuote& quote, const std::string& case_id) {
  RESCUE_ASSIGN(const auto earlier, charged_before(tx, quote, case_id));
  const auto quoted = quote.document.value("follow_up", Json::object()).value("charged", Json::array());
  if (quoted == names_of(earlier)) return {};
  return fail(ErrorCode::kConflict, "quote-outdated",
              "what was charged for incident " + case_id + " has changed since the quote: ask for a new one",
              "/quote/id");
}

}  // namespace rescue::pricing
