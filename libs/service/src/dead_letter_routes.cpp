#include "dead_letter_routes.hpp"

#include <charconv>

#include "inbound.hpp"
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

/// Whether the letter's message is to be handled now. One that could be read when it was set aside has used
/// its place in the order then, and is handled beside the order. One that could not (a newer release can) has
/// its place still, and those after it wait for it.
Result<bool> has_its_turn(const DeadLetterParts& parts, store::Tx& tx,
                          const store::DeadLetters::Letter& letter, const Message& message) {
  if (!letter.message_id.empty()) return true;
  RESCUE_ASSIGN(const auto verdict, store::Inbox::accept(tx, message, to_us(parts.clock.now())));
  tx.after_commit(parts.look_for_parked);
  return verdict == store::Inbox::Verdict::kHandle;
}

Status handle_again(const DeadLetterParts& parts, store::Tx& tx, const store::DeadLetters::Letter& letter) {
  if (letter.reason.starts_with(kNotAuthentic)) {
    return fail(ErrorCode::kConflict, "dead-letter-not-authentic",
                "it was not sent by a service, or with a secret that is no longer known");
  }
  auto message = decode_message(letter.encoded);
  if (message && message->to != parts.service) {
    message = fail(ErrorCode::kCorrupt, "wrong-recipient", "it is addressed to " + message->to);
  }
  if (!message) {
    return fail(ErrorCode::kConflict, "dead-letter-unreadable",
                "it cannot be handled again: " + message.error().detail);
  }
  RESCUE_ASSIGN(const bool now, has_its_turn(parts, tx, letter, *message));
  if (!now) return {};
  Status handled = parts.handlers.handle(tx, *message);
  if (handled || retry_class(handled.error().code) == RetryClass::kRetry) return handled;
  return fail(ErrorCode::kConflict, "dead-letter-failed-again",
              "it failed again: " + handled.error().problem + ": " + handled.error().detail);
}

Result<http::Response> requeue(const DeadLetterParts& parts, store::Tx& tx, std::int64_t number,
                               const std::string& reason, const http::Request& request) {
  RESCUE_ASSIGN(const auto letter, store::DeadLetters::requeue(tx, number, reason));
  RESCUE_TRY(handle_again(parts, tx, letter));
  store::AuditRow row;
  row.at_us = to_us(parts.clock.now());
  row.incident_id = letter.incident_id;
  row.actor = "operator:" + (request.caller ? request.caller->key_id : std::string());
  row.action = "dead_letter.requeued";
  row.reason = reason;
  row.details = {{"number", number}, {"message_id", letter.message_id}, {"type", letter.type}};
  RESCUE_TRY(store::Audit::append(tx, std::move(row)));
  return http::Response::json(201, letter_json(letter));
}

}  // namespace

std::vector<http::Route> dead_letter_routes(const DeadLetterParts& parts) {
  http::Route lists;
  lists.pattern = "/v1/" + parts.service + "/dead-letters";
  lists.roles = {"operator"};
  lists.handler = [parts](const http::Request& request) { return list(parts.database, request); };
  http::Route requeues;
  requeues.method = http::Method::kPost;
  requeues.pattern = "/v1/" + parts.service + "/dead-letters/{number}/requeues";
  requeues.roles = {"operator"};
  requeues.handler = [parts](const http::Request& request) -> Result<http::Response> {
    RESCUE_ASSIGN(const std::int64_t number, number_of(request));
    RESCUE_ASSIGN(const Json body, request.json());
    JsonReader in(body);
    const std::string reason = in.text("reason");
    RESCUE_TRY(in.done());
    return parts.database.write([&](store::Tx& tx) {
      return Idempotency::once(tx, request, to_us(parts.clock.now()), [&](store::Tx& inner) {
        return requeue(parts, inner, number, reason, request);
      });
    });
  };
  return {std::move(lists), std::move(requeues)};
}

}  // namespace rescue::service
