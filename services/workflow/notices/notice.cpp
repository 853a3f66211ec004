#include "notices/notice.hpp"

#include "rescue/store/filter.hpp"

namespace rescue::workflow {
namespace {

const std::string kSelect =
    "SELECT notice_id, incident_id, kind, audience, recipient, subject, state, facts, texts, receipt, "
    "traceparent, created_us, settled_us FROM notices ";

Notice from_row(const store::Row& row) {
  Notice out;
  out.id = row.text(0);
  out.incident_id = row.text(1);
  out.kind = row.text(2);
  out.audience = row.text(3);
  out.recipient = row.text(4);
  out.subject = row.text(5);
  out.state = row.text(6);
  out.facts = parse_json(row.text(7)).value_or(Json::object());
  out.texts = parse_json(row.text(8)).value_or(Json::object());
  if (!row.is_null(9)) out.receipt = parse_json(row.text(9)).value_or(Json());
  out.traceparent = row.text(10);
  out.created_us = row.integer(11);
  out.settled_us = row.integer(12);
  return out;
}

Json time_or_null(std::int64_t us) {
  return us == 0 ? Json() : Json(format_rfc3339(from_us(us)));
}

Json text_or_null(const std::string& text) {
  return text.empty() ? Json() : Json(text);
}

}  // namespace

std::vector<std::string> notice_states() {
  return {"shown", "pending", "delivered", "undeliverable", "withdrawn"};
}

Result<Notice> load_notice(store::Tx& tx, const std::string& id) {
  RESCUE_ASSIGN(const auto row, tx.find(kSelect + "WHERE notice_id = ?", {id}));
  if (!row) return fail(ErrorCode::kNotFound, "notice-not-found", "there is no notice with this id");
  return from_row(*row);
}

Result<std::vector<Notice>> list_notices(store::Tx& tx, const NoticeFilter& filter, const std::string& before,
                                         std::size_t limit) {
  const auto where = "WHERE " + store::narrowed("state", filter.state) + +" AND " +
                     store::narrowed("incident_id", filter.incident_id) + " AND " +
                     store::narrowed("audience", filter.audience) + " AND " +
                     store::narrowed("recipient", filter.recipient) + " AND " +
                     store::narrowed("notice_id", before, "<");
  RESCUE_ASSIGN(const auto rows, tx.query(kSelect + where + " ORDER BY notice_id DESC LIMIT ?",
                                          {filter.state, filter.incident_id, filter.audience,
                                           filter.recipient, before, static_cast<std::int64_t>(limit)}));
  std::vector<Notice> out;
  for (const auto& row : rows) out.push_back(from_row(row));
  return out;
}

Result<std::vector<Notice>> notices_of_kind(store::Tx& tx, const std::string& incident_id,
                                            const std::string& kind) {
  RESCUE_ASSIGN(const auto rows,
                tx.query(kSelect + "WHERE incident_id = ? AND kind = ? AND audience = 'customer'",
                         {incident_id, kind}));
  std::vector<Notice> out;
  for (const auto& row : rows) out.push_back(from_row(row));
  return out;
}

Result<std::vector<NoticeDelivery>> deliveries_of(store::Tx& tx, const std::string& notice_id) {
  RESCUE_ASSIGN(const auto rows,
                tx.query("SELECT delivery_id, notice_id, channel, destination, state, attempts, round_from, "
                         "next_us, problem, detail FROM notice_deliveries WHERE notice_id = ? "
                         "ORDER BY delivery_id",
                         {notice_id}));
  std::vector<NoticeDelivery> out;
  for (const auto& row : rows) {
    out.push_back({row.text(0), row.text(1), row.text(2), row.text(3), row.text(4), row.integer(5),
                   row.integer(6), row.integer(7), row.text(8), row.text(9)});
  }
  return out;
}

Json to_json(const Notice& notice, bool for_staff) {
  Json out{{"notice_id", notice.id},
           {"incident_id", notice.incident_id},
           {"kind", notice.kind},
           {"state", notice.state},
           {"texts", notice.texts},
           {"receipt", notice.receipt},
           {"created_at", format_rfc3339(from_us(notice.created_us))}};
  if (notice.audience == "reporter" && !for_staff) {
    // The incident id that this reporter was given; it may have joined another's.
    out["incident_id"] = notice.facts.value("incident_id", "");
  }
  if (!for_staff) {
    if (notice.receipt.is_object()) {
      out["receipt"] = {{"channel", notice.receipt.value("channel", "")},
                        {"at", notice.receipt.value("at", "")}};
    }
    return out;
  }
  out["audience"] = notice.audience;
  out["recipient"] = notice.recipient;
  out["subject"] = notice.subject;
  return out;
}

Result<Json> delivery_json(store::Tx& tx, const NoticeDelivery& delivery) {
  Json out{{"channel", delivery.channel},
           {"destination", delivery.destination},
           {"state", delivery.state},
           {"next_attempt_at", delivery.state == "pending" ? time_or_null(delivery.next_us) : Json()},
           {"problem", text_or_null(delivery.problem)},
           {"detail", text_or_null(delivery.detail)},
           {"attempts", Json::array()}};
  RESCUE_ASSIGN(const auto rows,
                tx.query("SELECT number, begun_us, ended_us, outcome, problem, detail, status FROM "
                         "notice_attempts WHERE delivery_id = ? ORDER BY number DESC LIMIT 100",
                         {delivery.id}));
  for (const auto& row : rows) {
    out["attempts"].push_back({{"number", row.integer(0)},
                               {"begun_at", time_or_null(row.integer(1))},
                               {"ended_at", time_or_null(row.integer(2))},
                               {"outcome", text_or_null(row.text(3))},
                               {"problem", text_or_null(row.text(4))},
                               {"detail", text_or_null(row.text(5))},
                               {"status", row.integer(6)}});
  }
  return out;
}

}  // namespace rescue::workflow
