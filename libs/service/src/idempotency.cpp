#include "rescue/service/idempotency.hpp"

#include <algorithm>

#include "rescue/base/json_text.hpp"
#include "rescue/base/sha256.hpp"

namespace rescue::service {
namespace {

constexpr std::size_t kKeyBytesMax = 200;

Result<std::string> key_of(const http::Request& request) {
  const auto key = request.header("idempotency-key");
  const auto visible = [](char c) { return c > ' ' && c <= '~'; };
  if (!key || key->empty() || key->size() > kKeyBytesMax || !std::all_of(key->begin(), key->end(), visible)) {
    return fail(
        ErrorCode::kInvalid, "missing-idempotency-key",
        "send the header Idempotency-Key with 1 to 200 visible ASCII characters, a fresh one for each "
        "new request");
  }
  return *key;
}

/// Keys of different callers never meet.
std::string caller_of(const http::Request& request) {
  return request.caller ? request.caller->key_id : std::string();
}

std::string fingerprint(const http::Request& request) {
  return sha256_hex(std::string(http::to_string(request.method)) + " " + request.path + "\n" + request.body);
}

std::string headers_text(const http::Response& response) {
  std::string list = "[";
  for (const auto& [name, value] : response.headers) {
    list += list.size() > 1 ? ",[" : "[";
    append_json_string(list, name);
    list += ',';
    append_json_string(list, value);
    list += ']';
  }
  return list + ']';
}

Result<http::Response> response_from(const store::Row& row) {
  http::Response response;
  response.status = static_cast<int>(row.integer(1));
  response.content_type = row.text(2);
  RESCUE_ASSIGN(const Json headers, parse_json(row.text(3)));
  for (const Json& header : headers) {
    response.headers.emplace_back(header.at(0).get<std::string>(), header.at(1).get<std::string>());
  }
  response.body = row.text(4);
  return response;
}

}  // namespace

Result<Idempotency::Claim> Idempotency::claim_of(const http::Request& request) {
  RESCUE_ASSIGN(std::string key, key_of(request));
  return Claim{caller_of(request), std::move(key), fingerprint(request)};
}

Result<std::optional<http::Response>> Idempotency::known(store::Tx& tx, const Claim& claim) {
  RESCUE_ASSIGN(const auto row,
                tx.find("SELECT request_sha256, status, content_type, headers, body FROM idempotency"
                        " WHERE caller = ? AND key = ?",
                        {claim.caller, claim.key}));
  if (!row) return std::nullopt;
  if (row->text(0) != claim.request_sha256) {
    return fail(ErrorCode::kInvalid, "idempotency-key-reused",
                "this Idempotency-Key was used for another request; send a fresh key");
  }
  return response_from(*row);
}

Result<bool> Idempotency::keep(store::Tx& tx, const Claim& claim, const http::Response& answer,
                               std::int64_t now_us) {
  RESCUE_ASSIGN(
      const std::int64_t added,
      tx.execute("INSERT INTO idempotency (caller, key, request_sha256, status, content_type, headers,"
                 " body, settled, created_us) VALUES (?, ?, ?, ?, ?, ?, ?, 0, ?)"
                 " ON CONFLICT (caller, key) DO NOTHING",
                 {claim.caller, claim.key, claim.request_sha256, answer.status, answer.content_type,
                  headers_text(answer), answer.body, now_us}));
  return added == 1;
}

Result<http::Response> Idempotency::once(store::Tx& tx, const http::Request& request, std::int64_t now_us,
                                         const std::function<Result<http::Response>(store::Tx&)>& create) {
  RESCUE_ASSIGN(const Claim claim, claim_of(request));
  RESCUE_ASSIGN(auto before, known(tx, claim));
  if (before) return *std::move(before);
  RESCUE_ASSIGN(http::Response response, create(tx));
  RESCUE_ASSIGN(const bool kept, keep(tx, claim, response, now_us));
  if (kept) return response;
  // Another replica was quicker: its answer is read when this is tried again.
  return fail(ErrorCode::kConflict, "idempotency-key-in-use",
              "the same request is being answered; send it again");
}

Status Idempotency::settle(store::Tx& tx, const http::Request& request, const http::Response& final_answer) {
  RESCUE_ASSIGN(const std::string key, key_of(request));
  RESCUE_TRY(
      tx.execute("UPDATE idempotency SET status = ?, content_type = ?, headers = ?, body = ?, settled = 1"
                 " WHERE caller = ? AND key = ? AND request_sha256 = ? AND settled = 0",
                 {final_answer.status, final_answer.content_type, headers_text(final_answer),
                  final_answer.body, caller_of(request), key, fingerprint(request)}));
  return {};
}

}  // namespace rescue::service
