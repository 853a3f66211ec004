#include "credit_note.hpp"

#include <set>

#include "ledger.hpp"
#include "rescue/base/yen.hpp"

namespace rescue::pricing {
namespace {

/// What is left of a charge after its credit notes.
struct Left {
  std::vector<std::int64_t> lines;  ///< net of each line
  std::int64_t net_yen = 0, tax_yen = 0;
};

Left left_of(const Charge& charge, const std::vector<CreditNote>& earlier) {
  Left left{.lines = {}, .net_yen = charge.net_yen, .tax_yen = charge.tax_yen};
  for (const auto& line : charge.lines) left.lines.push_back(line.value("net_yen", std::int64_t{0}));
  for (const auto& note : earlier) {
    left.net_yen -= note.net_yen;
    left.tax_yen -= note.tax_yen;
    for (const auto& line : note.lines) {
      left.lines.at(line.at("line").get<std::size_t>() - 1) -= line.at("net_yen").get<std::int64_t>();
    }
  }
  return left;
}

std::string yen_text(std::int64_t yen) {
  return "¥" + std::to_string(yen);
}

Status check_line(const Left& left, const CreditLine& wish, const std::string& pointer) {
  if (wish.line < 1 || wish.line > static_cast<std::int64_t>(left.lines.size())) {
    return fail(ErrorCode::kInvalid, "not-allowed-value",
                "must be a line of the charge, 1 to " + std::to_string(left.lines.size()), pointer + "/line");
  }
  const auto rest = left.lines[static_cast<std::size_t>(wish.line - 1)];
  if (wish.net_yen <= rest) return {};
  return fail(ErrorCode::kConflict, "credit-too-large",
              "of this line " + yen_text(std::max<std::int64_t>(rest, 0)) + " is left to credit",
              pointer + "/net_yen");
}

Status check_lines(const Left& left, const std::vector<CreditLine>& wishes) {
  std::set<std::int64_t> seen;
  std::int64_t sum = 0;
  for (std::size_t i = 0; i < wishes.size(); ++i) {
    const auto pointer = "/lines/" + std::to_string(i);
    RESCUE_TRY(check_line(left, wishes[i], pointer));
    if (!seen.insert(wishes[i].line).second) {
      return fail(ErrorCode::kInvalid, "duplicate-item", "name each line once", pointer + "/line");
    }
    sum += wishes[i].net_yen;
  }
  if (sum <= left.net_yen) return {};
  return fail(ErrorCode::kConflict, "credit-too-large",
              "of this charge " + yen_text(left.net_yen) + " without tax is left to credit", "/lines");
}

std::vector<CreditLine> all_left(const Left& left) {
  std::vector<CreditLine> out;
  for (std::size_t i = 0; i < left.lines.size(); ++i) {
    if (left.lines[i] != 0) out.push_back({static_cast<std::int64_t>(i) + 1, left.lines[i]});
  }
  return out;
}

CreditNote note_from(const store::Row& row, Json lines) {
  return {.credit_note_id = row.text(0),
          .number = row.integer(1),
          .charge_id = row.text(2),
          .lines = std::move(lines),
          .net_yen = row.integer(4),
          .tax_percent = row.integer(5),
          .tax_yen = row.integer(6),
          .total_yen = row.integer(7),
          .reason = row.text(8),
          .created_by = row.text(9),
          .created_us = row.integer(10)};
}

}  // namespace

Result<CreditNote> compute_credit(const Charge& charge, const std::vector<CreditNote>& earlier,
                                  const std::optional<std::vector<CreditLine>>& lines) {
  const auto left = left_of(charge, earlier);
  if (left.net_yen <= 0) {
    return fail(ErrorCode::kConflict, "charge-credited", "nothing of this charge is left to credit");
  }
  if (static_cast<std::int64_t>(earlier.size()) >= CreditNoteStore::kMax) {
    return fail(ErrorCode::kConflict, "credit-too-large",
                "a charge has at most " + std::to_string(CreditNoteStore::kMax) + " credit notes");
  }
  if (lines) RESCUE_TRY(check_lines(left, *lines));
  CreditNote note;
  note.charge_id = charge.charge_id;
  note.tax_percent = charge.tax_percent;
  note.lines = Json::array();
  for (const auto& wish : lines ? *lines : all_left(left)) {
    const auto& line = charge.lines.at(static_cast<std::size_t>(wish.line - 1));
    note.lines.push_back({{"line", wish.line},
                          {"code", line.at("code")},
                          {"title", line.at("title")},
                          {"net_yen", wish.net_yen}});
    note.net_yen += wish.net_yen;
  }
  const Yen rest{left.net_yen - note.net_yen};
  note.tax_yen =
      left.tax_yen - (rest.amount == 0 ? 0 : tax_of(rest, static_cast<int>(charge.tax_percent)).amount);
  note.total_yen = note.net_yen + note.tax_yen;
  return note;
}

Json to_json(const CreditNote& note, bool for_staff) {
  Json out = {{"credit_note_id", note.credit_note_id},
              {"number", note.number},
              {"charge_id", note.charge_id},
              {"lines", note.lines},
              {"net_yen", note.net_yen},
              {"tax_percent", note.tax_percent},
              {"tax_yen", note.tax_yen},
              {"total_yen", note.total_yen},
              {"reason", note.reason},
              {"created_at", format_rfc3339(from_us(note.created_us))}};
  if (for_staff) out["created_by"] = note.created_by;
  return out;
}

Status CreditNoteStore::insert(store::Tx& tx, CreditNote& note) {
  RESCUE_ASSIGN(const auto last, tx.find("SELECT COALESCE(MAX(number), 0) FROM credit_notes"));
  note.number = last->integer(0) + 1;
  RESCUE_TRY(tx.execute(
      "INSERT INTO credit_notes (credit_note_id, number, charge_id, lines, net_yen, tax_percent, tax_yen, "
      "total_yen, reason, created_by, created_us) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
      {note.credit_note_id, note.number, note.charge_id, dump_json(note.lines), note.net_yen,
       note.tax_percent, note.tax_yen, note.total_yen, note.reason, note.created_by, note.created_us}));
  return Ledger::book(tx, {.kind = "credit_note",
                           .entry_id = note.credit_note_id,
                           .charge_id = note.charge_id,
                           .net_yen = -note.net_yen,
                           .tax_percent = note.tax_percent,
                           .tax_yen = -note.tax_yen,
                           .total_yen = -note.total_yen,
                           .booked_us = note.created_us});
}

Result<std::vector<CreditNote>> CreditNoteStore::of_charge(store::Tx& tx, const std::string& charge_id) {
  RESCUE_ASSIGN(const auto rows,
                tx.query("SELECT credit_note_id, number, charge_id, lines, net_yen, tax_percent, tax_yen, "
                         "total_yen, reason, created_by, created_us FROM credit_notes WHERE charge_id = ? "
                         "ORDER BY number LIMIT ?",
                         {charge_id, kMax}));
  std::vector<CreditNote> out;
  for (const auto& row : rows) {
    RESCUE_ASSIGN(auto lines, parse_json(row.text(3)));
    out.push_back(note_from(row, std::move(lines)));
  }
  return out;
}

Result<std::map<std::string, std::int64_t>> CreditNoteStore::credited(store::Tx& tx, const std::string& first,
                                                                      const std::string& last) {
  RESCUE_ASSIGN(const auto rows,
                tx.query("SELECT charge_id, CAST(SUM(total_yen) AS BIGINT) FROM credit_notes "
                         "WHERE charge_id >= ? AND charge_id <= ? GROUP BY charge_id",
                         {first, last}));
  std::map<std::string, std::int64_t> out;
  for (const auto& row : rows) out[row.text(0)] = row.integer(1);
  return out;
}

}  // namespace rescue::pricing
