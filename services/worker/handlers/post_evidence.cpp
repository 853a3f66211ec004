#include "post_evidence.hpp"

#include "rescue/base/base64.hpp"
#include "rescue/service/idempotency.hpp"

namespace rescue::worker {
namespace {

constexpr std::size_t kBytesMax = 160 * 1024;
constexpr std::size_t kTextMax = (kBytesMax + 2) / 3 * 4;

Result<std::string> read_content(const http::Request& request) {
  RESCUE_ASSIGN(const auto body, request.json());
  JsonReader in(body);
  const auto text = in.text("content_base64", {.min_bytes = 4, .max_bytes = kTextMax});
  RESCUE_TRY(in.done());
  auto bytes = decode_base64(text);
  if (!bytes) return fail(ErrorCode::kInvalid, "wrong-type", bytes.error().detail, "/content_base64");
  return bytes;
}

}  // namespace

Result<http::Response> post_evidence(EvidenceStore& evidence, service::Service& service,
                                     const http::Request& request) {
  RESCUE_TRY(service::Idempotency::claim_of(request));
  RESCUE_ASSIGN(const auto bytes, read_content(request));
  // Before the transaction, which others wait for: a file that no row speaks of does no harm.
  RESCUE_ASSIGN(const auto sha256, evidence.put(bytes));
  const auto now_us = to_us(service.clock().now());
  return service.database().write([&](store::Tx& tx) {
    return service::Idempotency::once(tx, request, now_us, [&](store::Tx& inner) -> Result<http::Response> {
      store::AuditRow row;
      row.at_us = now_us;
      row.actor = request.caller->role + ":" + request.caller->key_id;
      row.action = "evidence.brought";
      row.reason = "evidence that a person brought";
      row.details = {{"sha256", sha256}, {"bytes", bytes.size()}};
      RESCUE_TRY(store::Audit::append(inner, row));
      return http::Response::json(201, {{"sha256", sha256}, {"bytes", bytes.size()}});
    });
  });
}

}  // namespace rescue::worker
