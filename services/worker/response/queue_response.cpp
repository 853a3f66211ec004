#include "queue_response.hpp"

#include "answers.hpp"
#include "rescue/base/base64.hpp"

namespace rescue::worker {
namespace {

constexpr int kMostCalls = 500;
constexpr std::size_t kMostRounds = 100, kMostTold = 50, kMostInManual = 20, kTextBytesMax = 500;
constexpr std::size_t kMostPieces = 4'096;
constexpr std::size_t kPartBytes = 8 << 20;  // of evidence, each a file of its own

std::string short_text(const Json& from, const char* key) {
  return text_in(from, key).substr(0, kTextBytesMax);
}

}  // namespace

Status QueueResponse::hold(const Json& ways) {
  const auto plan = server_.ask("queue-plan", {{"ways", ways}, {"job", context_.attempt.job_id}});
  if (!plan) return tell(plan.error());
  criteria_ = object_in(*plan, "criteria");
  out_["criteria"] = criteria_;
  const auto text = plan->find("text");
  if (text != plan->end() && text->is_string()) out_["plan"] = *text;
  for (const auto& one : list_in(*plan, "left"))
    if (one.is_string() && left_.size() < kMostTold)
      left_.push_back(one.get_ref<const std::string&>().substr(0, kTextBytesMax));
  const auto any = criteria_.find("any");
  if (any == criteria_.end() || !any->is_array() || any->empty()) {
    criteria_ = nullptr;
    return {};
  }
  const auto held = until_all_is_done("queue-hold");
  if (!held) return tell(held.error());
  out_["held"] = object_in(*held, "counts");
  classes_ = object_in(*held, "classes");
  return {};
}

Result<Json> QueueResponse::purge() {
  if (!criteria_.is_null() && !out_.contains("failure")) RESCUE_TRY(purge_all());
  add_what_is_unsure();
  return out_;
}

Status QueueResponse::purge_all() {
  const auto purged = until_all_is_done("queue-purge");
  if (!purged) return tell(purged.error());
  out_["purged"] = object_in(*purged, "counts");
  classes_ = object_in(*purged, "classes");
  const auto rounds = purged->find("rounds");
  if (rounds != purged->end()) RESCUE_TRY(keep_evidence(*rounds));
  return {};
}

/// Each once, however often it is told.
void QueueResponse::note_unsure(const Json& told) {
  const auto note = [&](const std::string& text) {
    if (!text.empty() && unsure_.size() < kMostTold) unsure_.insert(text);
  };
  for (const auto& gap : list_in(told, "gaps"))
    if (gap.is_object()) note(short_text(gap, "path") + ": " + short_text(gap, "reason"));
  for (const auto& fault : list_in(told, "faults"))
    if (fault.is_string()) note(fault.get_ref<const std::string&>().substr(0, kTextBytesMax));
}

void QueueResponse::add_what_is_unsure() {
  const auto count = [&](const char* name) { return number_in(object_in(classes_, name), "messages"); };
  Json unsure = Json::array();
  if (const auto unreadable = count("unreadable"); unreadable > 0)
    unsure.push_back(std::to_string(unreadable) + " messages cannot be read, and were left");
  if (const auto bounces = count("bounce-unsure"); bounces > 0)
    unsure.push_back(std::to_string(bounces) +
                     " bounces of mail that is not there any more and may have been the abuse's are on hold");
  if (const auto nameless = count("nameless-login"); nameless > 0)
    unsure.push_back(
        std::to_string(nameless) +
        " messages of somebody who logged in were left: the mail server does not tell whose they are");
  for (const auto& text : unsure_) unsure.push_back(text);
  if (!unsure.empty()) out_["unsure"] = std::move(unsure);
}

/// One call ends before the server would seem silent.
Result<Json> QueueResponse::until_all_is_done(std::string_view op) {
  for (int call = 0; call < kMostCalls; ++call) {
    RESCUE_ASSIGN(auto told, server_.change(op, {{"criteria", criteria_}, {"job", context_.attempt.job_id}}));
    const auto counts = object_in(told, "counts");
    new_ += number_in(told, "new");
    note_unsure(told);
    context_.report_progress({.phase = op == "queue-hold" ? "holding" : "purging",
                              .done = number_in(counts, "held") + number_in(counts, "purged"),
                              .unit = "messages"});
    if (const auto more = told.find("more"); more == told.end() || *more != true) return told;
  }
  return fail(ErrorCode::kConflict, "responder-refused", "the server goes on with the same mail for ever");
}

Status QueueResponse::keep_evidence(const Json& rounds) {
  out_["evidence_sha256"] = Json::array();
  std::size_t kept = 0;
  for (const auto& round : rounds) {
    if (!round.is_number_integer()) continue;
    if (++kept > kMostRounds) {
      unsure_.insert("the evidence of more than " + std::to_string(kMostRounds) +
                     " rounds stays on the server");
      break;
    }
    RESCUE_TRY(keep_round(round.get<std::int64_t>()));
  }
  return {};
}

Status QueueResponse::keep_round(std::int64_t round) {
  std::string bytes;
  const auto keep = [&]() -> Status {
    if (bytes.empty()) return {};
    RESCUE_ASSIGN(auto sha256, context_.evidence.put(bytes));
    out_["evidence_sha256"].push_back(std::move(sha256));
    bytes.clear();
    return {};
  };
  std::int64_t offset = 0;
  for (std::size_t pieces = 0; pieces < kMostPieces; ++pieces) {
    const auto piece = server_.ask("queue-record", {{"round", round}, {"offset", offset}});
    if (!piece) return tell(piece.error());
    const auto text = piece->find("bytes");
    const auto decoded = text != piece->end() && text->is_string()
                             ? decode_base64(text->get_ref<const std::string&>())
                             : Result<std::string>();
    if (!decoded)
      return fail(ErrorCode::kCorrupt, "responder-bad-answer", "a piece of evidence is not what it says");
    bytes += *decoded;
    if (bytes.size() >= kPartBytes) RESCUE_TRY(keep());
    const auto next = number_in(*piece, "next");
    if (next <= offset) break;
    offset = next;
  }
  return keep();
}

void QueueResponse::tell_in(Json& response) const {
  const auto purged = object_in(out_, "purged");
  const auto count = number_in(purged, "purged"),
             left = number_in(purged, "left") + number_in(purged, "hold_left");
  if (out_.contains("failure") || count > 0) {
    Json step{{"id", "purge-queue"},
              {"title", "Purge the mail of the abuse that waits: " + std::to_string(count) + " messages"},
              {"state", out_.contains("failure") ? "refused"
                        : new_ > 0               ? "done"
                                                 : "earlier"}};
    if (out_.contains("failure")) step["failure"] = out_["failure"];
    if (const auto kept = out_.find("evidence_sha256"); kept != out_.end() && !kept->empty())
      step["evidence_sha256"] = kept->back();
    response["steps"].push_back(std::move(step));
  } else if (criteria_.is_null() && left_.empty()) {
    response["manual"].push_back(
        {{"title", "Look through the mail that waits"},
         {"why", "nothing narrow enough is known to tell the abuse's mail from other mail"}});
  } else if (!criteria_.is_null()) {
    response["already"].push_back("No mail of the abuse waits.");
  }
  for (const auto& what : left_)
    response["manual"].push_back({{"title", "Look through the mail that waits"}, {"why", what}});
  tell_unsure(response["manual"]);
  tell_what_stays(response["stays"]);
  if (left > 0)
    response["manual"].push_back(
        {{"title", "Look at " + std::to_string(left) + " messages of the abuse that still wait"},
         {"why", "they were being delivered, or could not be moved"}});
}

/// Purged mail that is kept whole on the server, of earlier work there, too.
void QueueResponse::tell_what_stays(Json& stays) const {
  const auto counts = object_in(out_, out_.contains("purged") ? "purged" : "held");
  const auto messages = number_in(counts, "kept");
  if (messages <= 0) return;
  stays.push_back({{"what", "purged_mail"},
                   {"place", "/var/spool/*/rescue-kept-*"},
                   {"messages", messages},
                   {"bytes", number_in(counts, "kept_bytes")}});
}

void QueueResponse::tell_unsure(Json& manual) const {
  const auto unsure = list_in(out_, "unsure");
  for (std::size_t i = 0; i < unsure.size(); ++i) {
    const bool last = i + 1 >= kMostInManual && i + 1 < unsure.size();
    manual.push_back(
        {{"title", "Look at what could not be judged of the mail that waits"},
         {"why", last ? Json(std::to_string(unsure.size() - i) + " more in the part `queue`") : unsure[i]}});
    if (last) break;
  }
}

Status QueueResponse::tell(const Error& error) {
  if (error.problem != "responder-refused") return fail(error);
  out_["failure"] = failure_json(error);
  return {};
}

}  // namespace rescue::worker
