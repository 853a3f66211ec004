#include "credit_wish.hpp"

#include "rescue/base/id.hpp"

namespace rescue::pricing {
namespace {

constexpr std::size_t kLinesMax = 20;
constexpr std::int64_t kYenMax = 1'000'000'000;

Result<std::vector<CreditLine>> read_lines(const Json& list) {
  std::vector<CreditLine> out;
  for (std::size_t i = 0; i < list.size(); ++i) {
    JsonReader in(list[i], "/lines/" + std::to_string(i));
    CreditLine line;
    line.line = in.integer("line", 1, static_cast<std::int64_t>(kLinesMax));
    line.net_yen = in.integer("net_yen", 1, kYenMax);
    RESCUE_TRY(in.done());
    out.push_back(line);
  }
  return out;
}

/// The second look: whoever credits has to know the sum that goes back.
Status check_total(const CreditNote& note, const CreditWish& wish) {
  if (note.total_yen == wish.total_yen) return {};
  return fail(ErrorCode::kConflict, "credit-amounts-differ",
              "this credits " + std::to_string(note.net_yen) + " yen and " + std::to_string(note.tax_yen) +
                  " yen of tax: say total_yen " + std::to_string(note.total_yen) + " to confirm it",
              "/total_yen");
}

Status store_note(store::Tx& tx, const Charge& charge, CreditNote& note, const std::string& approved_by) {
  RESCUE_TRY(CreditNoteStore::insert(tx, note));
  Json details{{"credit_note_id", note.credit_note_id},
               {"number", note.number},
               {"charge_id", note.charge_id},
               {"lines", note.lines},
               {"total_yen", note.total_yen}};
  if (!approved_by.empty()) details["approved_by"] = approved_by;
  return store::Audit::append(tx, {.at_us = note.created_us,
                                   .incident_id = charge.incident_id,
                                   .actor = note.created_by,
                                   .action = "credit_note.created",
                                   .reason = note.reason,
                                   .details = std::move(details),
                                   .hash = {}});
}

void tell_when_durable(Parts& parts, store::Tx& tx, const Charge& charge, const CreditNote& note,
                       const Trace& trace) {
  Json fields = {{"incident_id", charge.incident_id},
                 {"charge_id", note.charge_id},
                 {"credit_note_id", note.credit_note_id},
                 {"total_yen", note.total_yen},
                 {"trace_id", trace.trace_id}};
  tx.after_commit([&service = parts.service, yen = note.total_yen, fields = std::move(fields)] {
    service.log().info("credit_note.created", fields);
    service.metrics().counter("rescue_credit_notes_total", "Credit notes made.").add();
    service.metrics()
        .counter("rescue_credited_yen_total", "Sum of all credit notes, tax included.")
        .add(static_cast<double>(yen));
  });
}

}  // namespace

Result<CreditWish> read_credit_wish(const Json& body) {
  JsonReader in(body);
  CreditWish wish;
  wish.reason = in.text("reason", {.min_bytes = 1, .max_bytes = 2000});
  wish.total_yen = in.integer("total_yen", 1, kYenMax);
  const Json* lines = in.raw("lines");
  const bool listed = lines != nullptr && lines->is_array() && !lines->empty() && lines->size() <= kLinesMax;
  if (lines != nullptr && !listed) {
    in.fault("lines", "wrong-type",
             "must be a list of 1 to 20 of {\"line\": 1, \"net_yen\": 5000}; leave it out to credit all that "
             "is left");
  }
  RESCUE_TRY(in.done());
  if (listed) {
    RESCUE_ASSIGN(wish.lines, read_lines(*lines));
  }
  return wish;
}

Result<CreditNote> compute_wish(store::Tx& tx, const Charge& charge, const CreditWish& wish) {
  RESCUE_ASSIGN(const auto earlier, CreditNoteStore::of_charge(tx, charge.charge_id));
  RESCUE_ASSIGN(auto note, compute_credit(charge, earlier, wish.lines));
  RESCUE_TRY(check_total(note, wish));
  return note;
}

Result<CreditNote> make_credit(Parts& parts, store::Tx& tx, const Charge& charge, const CreditWish& wish,
                               const CreditedBy& by, const Trace& trace) {
  RESCUE_ASSIGN(auto note, compute_wish(tx, charge, wish));
  const auto now = parts.service.clock().now();
  note.credit_note_id = make_id("crn", now);
  note.reason = wish.reason;
  note.created_by = by.actor;
  note.created_us = to_us(now);
  RESCUE_TRY(store_note(tx, charge, note, by.approved_by));
  tell_when_durable(parts, tx, charge, note, trace);
  return note;
}

}  // namespace rescue::pricing
