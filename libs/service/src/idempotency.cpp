#include "rescue/service/idempotency.hpp"

#include <algorithm>

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
  Json list = Json::array();
  for (const auto& [name, value] : response.headers) list.push_back({name, value});
  return dump_json(list);
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

Result<http::Response> Idempotency::once(store::Tx& tx, const http::Request& request, std::int64_t now_us,
                                         const std::function<Result<http::Response>(store::Tx&)>& create) {
  RESCUE_ASSIGN(const std::string key, key_of(request));
  const std::string caller = caller_of(request);
  const std::string hash = fingerprint(request);
  RESCUE_ASSIGN(const auto known,
                tx.find("SELECT request_sha256, status, content_type, headers, body FROM idempotency"
                        " WHERE caller = ? AND key = ?",
                        {caller, key}));
  if (known && known->text(0) != hash) {
    return fail(ErrorCode::kInvalid, "idempotency-key-reused",
                "this Idempotency-Key was used for another request; send a fresh key");
  }
  if (known) return response_from(*known);
  RESCUE_ASSIGN(http::Response response, create(tx));
  RESCUE_TRY(
      tx.execute("INSERT INTO idempotency (caller, key, request_sha256, status, content_type, headers,"
                 " body, settled, created_us) VALUES (?, ?, ?, ?, ?, ?, ?, 0, ?)",
                 {caller, key, hash, response.status, response.content_type, headers_text(response),
                  response.body, now_us}));
  return response;
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
