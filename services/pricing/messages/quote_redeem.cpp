#include "messages/quote_redeem.hpp"

#include <algorithm>

#include "follow_up.hpp"
#include "quote_store.hpp"
#include "rescue/base/broken_rule.hpp"
#include "rescue/base/sha256.hpp"
#include "rescue/incident/messages.hpp"
#include "rescue/service/message_body.hpp"

namespace rescue::pricing {
namespace {

constexpr std::size_t kMergedIdsMax = 10'000;
/// How long an order waits for a directory of contracts that does not answer.
constexpr auto kPatience = std::chrono::seconds(15);

/// What the order says it was quoted.
struct Redeem {
  std::string request_id;
  std::string order_id;
  std::string quote_id;
  std::string quote_sha256;
  std::string incident_id;
  std::vector<std::string> merged_ids;
  std::string server_id;
  std::string customer;
  std::string work_item;
  std::int64_t submitted_us = 0;
};

Result<Redeem> read_redeem(const Message& message) {
  JsonReader in(message.body);
  Redeem out;
  out.request_id = in.text("request_id");
  out.order_id = in.text("order_id");
  out.quote_id = in.text("quote_id");
  out.quote_sha256 = in.text("quote_sha256");
  out.server_id = in.text("server_id");
  out.customer = in.text("customer");
  out.work_item = in.text("work_item");
  out.merged_ids = in.texts("merged_ids", kMergedIdsMax, {});
  out.submitted_us = in.integer("submitted_us", 0, INT64_MAX);
  RESCUE_TRY(service::fields_read(in));
  out.incident_id = message.incident_id;
  return out;
}

/// Two messages with the same digest ask for the same thing.
std::string digest_of(const Redeem& redeem) {
  const Json asked = {{"quote_id", redeem.quote_id},       {"sha256", redeem.quote_sha256},
                      {"incident_id", redeem.incident_id}, {"server_id", redeem.server_id},
                      {"customer", redeem.customer},       {"work_item", redeem.work_item}};
  return sha256_hex(dump_json(asked));
}

tl::unexpected<Error> mismatch(std::string_view what, std::string pointer) {
  return fail(ErrorCode::kConflict, "quote-mismatch", "the quote is for another " + std::string(what),
              std::move(pointer));
}

/// Whether the order is what was quoted. Pointers lead into the order that the customer sent.
Status check_match(const StoredQuote& quote, const Redeem& redeem) {
  const auto& merged = redeem.merged_ids;
  if (quote.incident_id != redeem.incident_id &&
      std::find(merged.begin(), merged.end(), quote.incident_id) == merged.end()) {
    return mismatch("incident", "/quote/id");
  }
  if (quote.server_id != redeem.server_id) return mismatch("server", "/server_id");
  if (quote.customer != redeem.customer) return mismatch("customer", "/on_behalf_of/customer");
  if (quote.work_item != redeem.work_item) return mismatch("work item", "/work_item");
  if (!equal_constant_time(quote.sha256, redeem.quote_sha256) && !broken("hash-of-the-quote")) {
    return fail(ErrorCode::kConflict, "quote-mismatch",
                "the hash is not the quote's: what was shown to the customer is not what was quoted",
                "/quote/sha256");
  }
  return {};
}

/// R6: the contract may have ended, or gone to another customer, since the quote was made. Nothing is waited
/// for here: what the directory still has to be asked for is there when the message is tried again.
Status check_contract(const Parts& parts, const Redeem& redeem) {
  const auto contract = catalog::find_at_hand(parts.contracts, catalog::ServerKey::id(redeem.server_id),
                                              from_us(redeem.submitted_us));
  if (!contract && contract.error().code == ErrorCode::kUnavailable) return fail(contract.error());
  if (!contract)
    return fail(ErrorCode::kConflict, "not-under-contract", contract.error().detail, "/server_id");
  if (contract->customer == redeem.customer) return {};
  return fail(ErrorCode::kForbidden, "not-your-server", "the server is under another customer's contract now",
              "/on_behalf_of/customer");
}

Result<StoredQuote> redeem_quote(const Parts& parts, store::Tx& tx, const Redeem& redeem,
                                 std::int64_t now_us) {
  auto found = QuoteStore::get(tx, redeem.quote_id);
  if (!found) {
    auto error = found.error();
    error.pointer = "/quote/id";
    return fail(std::move(error));
  }
  RESCUE_TRY(check_match(*found, redeem));
  // Judged at the time of the order, so that an outage here does not spoil a valid one.
  if (redeem.submitted_us >= found->expires_us) {
    return fail(ErrorCode::kConflict, "quote-expired",
                "the quote expired at " + format_rfc3339(from_us(found->expires_us)) + ": ask for a new one",
                "/quote/id");
  }
  RESCUE_TRY(check_contract(parts, redeem));
  RESCUE_ASSIGN(const auto case_id, Cases::of_incident(tx, redeem.incident_id));
  if (!found->used_by) RESCUE_TRY(check_follow_up(tx, *found, case_id));
  RESCUE_TRY(QuoteStore::use(tx, redeem.quote_id, redeem.order_id, now_us));
  RESCUE_TRY(Cases::add(tx, redeem.quote_id, case_id));
  return found;
}

/// An order that cannot be judged is refused in the end, well before its message becomes a dead letter: the
/// customer may send it again, the quote is not used.
bool is_refusal(const Error& error, const Redeem& redeem, std::int64_t now_us) {
  if (error.problem == "contracts-unavailable") {
    return from_us(now_us) - from_us(redeem.submitted_us) > kPatience;
  }
  return error.code == ErrorCode::kConflict || error.code == ErrorCode::kNotFound ||
         error.code == ErrorCode::kForbidden;
}

Json answer_of(const Redeem& redeem, const Result<StoredQuote>& redeemed) {
  Json answer = {{"request_id", redeem.request_id},
                 {"order_id", redeem.order_id},
                 {"quote_id", redeem.quote_id},
                 {"accepted", redeemed.has_value()}};
  if (redeemed) {
    answer["total_yen"] = redeemed->total_yen;
    answer["quote"] = redeemed->document;
    answer["out_of_hours"] = redeemed->document.value("out_of_hours", false);
    return answer;
  }
  answer["problem"] = service::error_to_json(redeemed.error());
  return answer;
}

/// Decides, and remembers the answer for when the same order asks again.
Result<Json> decide(const Parts& parts, store::Tx& tx, const Redeem& redeem, std::int64_t now_us) {
  const auto redeemed = redeem_quote(parts, tx, redeem, now_us);
  if (!redeemed && !is_refusal(redeemed.error(), redeem, now_us)) return fail(redeemed.error());
  Json answer = answer_of(redeem, redeemed);
  RESCUE_TRY(RedemptionStore::insert(tx, {.order_id = redeem.order_id,
                                          .quote_id = redeem.quote_id,
                                          .request_sha256 = digest_of(redeem),
                                          .answer = answer,
                                          .at_us = now_us}));
  RESCUE_TRY(
      store::Audit::append(tx, {.at_us = now_us,
                                .incident_id = redeem.incident_id,
                                .actor = "system:workflow",
                                .action = redeemed ? "quote.redeemed" : "quote.refused",
                                .reason = redeemed ? "" : redeemed.error().problem,
                                .details = {{"quote_id", redeem.quote_id}, {"order_id", redeem.order_id}},
                                .hash = {}}));
  return answer;
}

Result<Json> answer_again(const Redemption& before, const Redeem& redeem) {
  if (before.request_sha256 != digest_of(redeem)) {
    return answer_of(redeem, fail(ErrorCode::kConflict, "quote-mismatch",
                                  "this order has asked for something else before", "/quote/id"));
  }
  Json answer = before.answer;
  answer["request_id"] = redeem.request_id;
  return answer;
}

}  // namespace

Status on_quote_redeem(Parts& parts, store::Tx& tx, const Message& message) {
  RESCUE_ASSIGN(const auto redeem, read_redeem(message));
  RESCUE_ASSIGN(const auto before, RedemptionStore::find(tx, redeem.order_id));
  const auto now_us = to_us(parts.service.clock().now());
  RESCUE_ASSIGN(auto answer, before ? answer_again(*before, redeem) : decide(parts, tx, redeem, now_us));
  tx.after_commit([&service = parts.service, order_id = redeem.order_id, incident_id = redeem.incident_id,
                   trace_id = service::trace_of(message).trace_id, accepted = answer["accepted"]] {
    service.log().info("quote.redeem_answered", {{"incident_id", incident_id},
                                                 {"order_id", order_id},
                                                 {"accepted", accepted},
                                                 {"trace_id", trace_id}});
  });
  return parts.service.send(tx, message.from, std::string(incident::messages::kQuoteRedeemed),
                            redeem.incident_id, std::move(answer), service::trace_of(message));
}

}  // namespace rescue::pricing
