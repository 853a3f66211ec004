#include "dead_letter_routes.hpp"

#include <charconv>

#include "rescue/service/idempotency.hpp"
#include "rescue/service/paging.hpp"

namespace rescue::service {
namespace {

Json letter_json(const store::DeadLetters::Letter& letter) {
  return {{"number", letter.number},  {"message_id", letter.message_id},
          {"type", letter.type},      {"incident_id", letter.incident_id},
          {"reason", letter.reason},  {"failed_at", format_rfc3339(from_us(letter.failed_us))},
          {"state", letter.state},    {"note", letter.note},
          {"encoded", letter.encoded}};
}

Result<http::Response> list(store::Database& database, const http::Request& request) {
  RESCUE_TRY(request.only_query({"limit", "cursor"}));
  RESCUE_ASSIGN(const Page page, read_page(request));
  RESCUE_ASSIGN(const std::int64_t after, page.after_number());
  RESCUE_ASSIGN(const auto letters, database.read([&](store::Tx& tx) {
    return store::DeadLetters::list(tx, after, page.limit + 1);
  }));
  Json items = Json::array();
  for (const auto& letter : letters) items.push_back(letter_json(letter));
  return http::Response::json(200, page_json(std::move(items), page, "number"));
}

Result<std::int64_t> number_of(const http::Request& request) {
  const std::string text = request.param("number");
  std::int64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end != text.data() + text.size()) {
    return fail(ErrorCode::kNotFound, "dead-letter-not-found", "dead letters are named by their number");
  }
  return number;
}

/// Its place in the order was used when it became a dead letter, so it is handled beside the order now.
Status handle_again(store::Tx& tx, const Handlers& handlers, const store::DeadLetters::Letter& letter) {
  const auto message = decode_message(letter.encoded);
  if (!message) {
    return fail(ErrorCode::kConflict, "dead-letter-unreadable",
                "it cannot be handled again: " + message.error().detail);
  }
  Status handled = handlers.handle(tx, *message);
  if (handled || retry_class(handled.error().code) == RetryClass::kRetry) return handled;
  return fail(ErrorCode::kConflict, "dead-letter-failed-again",
              "it failed again: " + handled.error().problem + ": " + handled.error().detail);
}

Result<http::Response> requeue(store::Tx& tx, const Handlers& handlers, std::int64_t number,
                               const std::string& reason, const http::Request& request, std::int64_t now_us) {
  RESCUE_ASSIGN(const auto letter, store::DeadLetters::requeue(tx, number, reason));
  RESCUE_TRY(handle_again(tx, handlers, letter));
  store::AuditRow row;
  row.at_us = now_us;
  row.incident_id = letter.incident_id;
  row.actor = "operator:" + (request.caller ? request.caller->key_id : std::string());
  row.action = "dead_letter.requeued";
  row.reason = reason;
  row.details = {{"number", number}, {"message_id", letter.message_id}, {"type", letter.type}};
  RESCUE_TRY(store::Audit::append(tx, std::move(row)));
  return http::Response::json(201, letter_json(letter));
}

}  // namespace

std::vector<http::Route> dead_letter_routes(const std::string& service, store::Database& database,
                                            const Handlers& handlers, const Clock& clock) {
  http::Route lists;
  lists.pattern = "/v1/" + service + "/dead-letters";
  lists.roles = {"operator"};
  lists.handler = [&database](const http::Request& request) { return list(database, request); };
  http::Route requeues;
  requeues.method = http::Method::kPost;
  requeues.pattern = "/v1/" + service + "/dead-letters/{number}/requeues";
  requeues.roles = {"operator"};
  requeues.handler = [&](const http::Request& request) -> Result<http::Response> {
    RESCUE_ASSIGN(const std::int64_t number, number_of(request));
    RESCUE_ASSIGN(const Json body, request.json());
    JsonReader in(body);
    const std::string reason = in.text("reason");
    RESCUE_TRY(in.done());
    const std::int64_t now_us = to_us(clock.now());
    return database.write([&](store::Tx& tx) {
      return Idempotency::once(tx, request, now_us, [&](store::Tx& inner) {
        return requeue(inner, handlers, number, reason, request, now_us);
      });
    });
  };
  return {std::move(lists), std::move(requeues)};
}

}  // namespace rescue::service
