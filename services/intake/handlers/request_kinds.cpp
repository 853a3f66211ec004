#include "handlers/request_kinds.hpp"

#include "rescue/base/id.hpp"
#include "rescue/base/sha256.hpp"
#include "rescue/catalog/work_item.hpp"
#include "rescue/seal/handed_access.hpp"

namespace rescue::intake {
namespace {

constexpr std::size_t kAnswersMax = 100;
constexpr std::size_t kAnswerBytesMax = 10'000;
constexpr std::size_t kReasonBytesMax = 2'000;

void read_sha256(JsonReader& in, std::string_view key) {
  const auto text = in.text(key, {.max_bytes = 64});
  if (!text.empty() && !is_sha256_hex(text)) {
    in.fault(key, "bad-hash", "must be a SHA-256 as 64 lower-case hex digits");
  }
}

Status read_choice(JsonReader& in, const Offered&, Json&) {
  in.one_of("choice", {"self_remediation", "service"});
  read_sha256(in, "situation_sha256");
  auto comparison = in.optional_object("comparison");
  if (!comparison) return {};
  const auto id = comparison->text("id", {.max_bytes = 64});
  if (!id.empty() && !is_id("cmp", id)) comparison->fault("id", "bad-id", "must be a comparison's id: cmp_…");
  read_sha256(*comparison, "sha256");
  return comparison->done();
}

/// R22: one server per order. A list gets an answer of its own, since it is what a caller would try.
void read_one_server(JsonReader& in) {
  const Json* server = in.raw("server_id");
  if (server != nullptr && server->is_array()) {
    in.fault("server_id", "one-server-per-order", "an order is for one server: make one order for each");
    return;
  }
  in.text("server_id", {.max_bytes = 64});
}

Status read_order(JsonReader& in, const Offered& offered, Json& body) {
  read_one_server(in);
  in.one_of("work_item", catalog::work_item_names());
  auto quote = in.object("quote");
  const auto quote_id = quote.text("id", {.max_bytes = 64});
  if (!quote_id.empty() && !QuoteId::parse(quote_id)) {
    quote.fault("id", "bad-id", "must be a quote's id: quo_…");
  }
  read_sha256(quote, "sha256");
  const auto consents = accept_consents(in.raw("consents"), offered.consents, quote_id);
  RESCUE_TRY(quote.done());
  if (!consents) return fail(consents.error());
  body["consents"] = *consents;
  const Json* access = in.raw("access");
  return access == nullptr ? Status() : seal::check_access(*access, *offered.keys, offered.now);
}

/// A box that replaces the one of the order: a wrong password can be mended.
Status read_access(JsonReader& in, const Offered& offered, Json&) {
  const Json* access = in.raw("access");
  if (access != nullptr) return seal::check_access(*access, *offered.keys, offered.now);
  in.fault("access", "missing-field", "the field \"access\" is required");
  return {};
}

bool is_question_id(std::string_view id) {
  return !id.empty() && id.size() <= 64 &&
         id.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789_.-") == std::string_view::npos;
}

Status read_hearing_answers(JsonReader& in, const Offered&, Json&) {
  const Json* answers = in.raw("answers");
  in.boolean("complete", true);
  if (answers == nullptr || !answers->is_object() || answers->empty() || answers->size() > kAnswersMax) {
    in.fault("answers", "wrong-type", "must be an object of 1 to 100 answers: {\"question_id\": \"text\"}");
    return {};
  }
  JsonReader texts(*answers, "/answers");
  for (const auto& item : answers->items()) {
    texts.text(item.key(), {.max_bytes = kAnswerBytesMax});
    if (!is_question_id(item.key())) {
      texts.fault(item.key(), "bad-id", "a question's id has 1 to 64 of a-z, 0-9, _ . and -");
    }
  }
  return texts.done();
}

Status read_report_receipt(JsonReader& in, const Offered&, Json&) {
  read_sha256(in, "report_sha256");
  in.one_of("channel", {"web", "mail", "paper"});
  return {};
}

Status read_notice_receipt(JsonReader& in, const Offered&, Json&) {
  const auto id = in.text("notice_id", {.max_bytes = 64});
  if (!id.empty() && !is_id("ntc", id)) in.fault("notice_id", "bad-id", "must be a notice's id: ntc_…");
  return {};
}

Status read_cancellation(JsonReader& in, const Offered&, Json&) {
  in.text("reason", {.max_bytes = kReasonBytesMax});
  return {};
}

Status read_customer_task(JsonReader& in, const Offered&, Json&) {
  const auto id = in.text("task_id", {.max_bytes = 64});
  if (!id.empty() && !is_id("ctk", id)) in.fault("task_id", "bad-id", "must be a customer task's id: ctk_…");
  in.optional_text("note", {.max_bytes = kReasonBytesMax});
  return {};
}

}  // namespace

const std::vector<RequestKind>& request_kinds() {
  static const std::vector<RequestKind> kinds = {
      {"choice", "choices", read_choice},
      {"order", "orders", read_order},
      {"hearing_answers", "hearing-answers", read_hearing_answers},
      {"report_receipt", "report-receipts", read_report_receipt},
      {"notice_receipt", "notice-receipts", read_notice_receipt},
      {"cancellation", "cancellations", read_cancellation},
      {"access", "access", read_access},
      {"customer_task_completion", "customer-task-completions", read_customer_task},
  };
  return kinds;
}

Result<Submission> read_submission(const RequestKind& kind, const Json& body, const Offered& offered) {
  JsonReader in(body);
  // R24: no other role gets this far.
  RESCUE_ASSIGN(auto acting_for, service::read_acting_for(in, "web_form"));
  Submission out;
  out.body = body;
  const auto nested = kind.read(in, offered, out.body);
  RESCUE_TRY(in.done());
  RESCUE_TRY(nested);
  out.body.erase("on_behalf_of");
  out.acting_for = *std::move(acting_for);
  return out;
}

}  // namespace rescue::intake
