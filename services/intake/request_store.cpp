#include "request_store.hpp"

#include "rescue/service/message_body.hpp"

namespace rescue::intake {
namespace {

Decision decode_decision(const std::string& state, const std::string& text) {
  const Json json = parse_json(text).value_or(Json::object());
  if (state == "refused") return {.refusal = service::error_from_json(json)};
  return {.answer = json, .refusal = std::nullopt};
}

}  // namespace

Status RequestStore::insert(store::Tx& tx, const StoredRequest& r) {
  const auto inserted = tx.execute(
      "INSERT INTO requests (request_id, incident_id, kind, state, key_id, customer, person, "
      "raw_body, raw_sha256, consents, submitted_us) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
      {r.request_id, r.incident_id, r.kind, r.state, r.key_id, r.customer, r.person, r.raw_body, r.raw_sha256,
       store::maybe(r.consents), r.submitted_us});
  if (!inserted) return fail(inserted.error());
  return {};
}

Result<StoredRequest> RequestStore::get(store::Tx& tx, const std::string& request_id) {
  RESCUE_ASSIGN(const auto row,
                tx.find("SELECT incident_id, kind, state, key_id, customer, person, raw_sha256, consents, "
                        "submitted_us, decided_us, decision FROM requests WHERE request_id = ?",
                        {request_id}));
  if (!row) return fail(ErrorCode::kNotFound, "request-not-found", "there is no such request");
  StoredRequest out{.request_id = request_id,
                    .incident_id = row->text(0),
                    .kind = row->text(1),
                    .state = row->text(2),
                    .key_id = row->text(3),
                    .customer = row->text(4),
                    .person = row->text(5),
                    .raw_body = {},
                    .raw_sha256 = row->text(6),
                    .consents = row->optional_text(7),
                    .submitted_us = row->integer(8),
                    .decided_us = row->optional_integer(9),
                    .decision = std::nullopt};
  if (!row->is_null(10)) out.decision = decode_decision(out.state, row->text(10));
  return out;
}

Status RequestStore::decide(store::Tx& tx, const std::string& request_id, const Decision& decision,
                            std::int64_t now_us) {
  const Json stored = decision.refusal ? service::error_to_json(*decision.refusal) : decision.answer;
  RESCUE_ASSIGN(const auto changed, tx.execute("UPDATE requests SET state = ?, decision = ?, decided_us = ? "
                                               "WHERE request_id = ? AND state = 'pending'",
                                               {decision.refusal ? "refused" : "accepted", dump_json(stored),
                                                now_us, request_id}));
  if (changed > 0) return {};
  if (auto known = get(tx, request_id); !known) return fail(known.error());
  return {};
}

}  // namespace rescue::intake
