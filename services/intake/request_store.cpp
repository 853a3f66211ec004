#include "request_store.hpp"

namespace rescue::intake {
namespace {

Decision decode_decision(const std::string& state, const std::string& text) {
  const Json json = parse_json(text).value_or(Json::object());
  if (state == "refused") return {.refusal = error_from_json(json)};
  return {.answer = json, .refusal = std::nullopt};
}

ErrorCode code_from_text(std::string_view text) {
  for (const auto code :
       {ErrorCode::kInvalid, ErrorCode::kForbidden, ErrorCode::kNotFound, ErrorCode::kConflict,
        ErrorCode::kTooLarge, ErrorCode::kUnavailable, ErrorCode::kTimeout, ErrorCode::kInternal}) {
    if (to_string(code) == text) return code;
  }
  return ErrorCode::kConflict;  // a refusal stays one, whatever its reason is called
}

}  // namespace

Json error_to_json(const Error& error) {
  return {{"code", to_string(error.code)},
          {"problem", error.problem},
          {"detail", error.detail},
          {"pointer", error.pointer}};
}

Error error_from_json(const Json& json) {
  const auto text = [&](const char* key) {
    const auto it = json.find(key);
    return it != json.end() && it->is_string() ? it->get<std::string>() : std::string();
  };
  return {code_from_text(text("code")), text("problem"), text("detail"), text("pointer")};
}

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
  const Json stored = decision.refusal ? error_to_json(*decision.refusal) : decision.answer;
  RESCUE_ASSIGN(const auto changed, tx.execute("UPDATE requests SET state = ?, decision = ?, decided_us = ? "
                                               "WHERE request_id = ? AND state = 'pending'",
                                               {decision.refusal ? "refused" : "accepted", dump_json(stored),
                                                now_us, request_id}));
  if (changed > 0) return {};
  if (auto known = get(tx, request_id); !known) return fail(known.error());
  return {};
}

}  // namespace rescue::intake
