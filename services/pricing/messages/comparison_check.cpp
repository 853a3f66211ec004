#include "messages/comparison_check.hpp"

#include <algorithm>

#include "comparison_store.hpp"
#include "rescue/base/sha256.hpp"
#include "rescue/incident/messages.hpp"
#include "rescue/service/message_body.hpp"

namespace rescue::pricing {
namespace {

constexpr std::size_t kMergedIdsMax = 10'000;

/// What the choice says it was made from.
struct Check {
  std::string request_id;
  std::string comparison_id;
  std::string sha256;
  std::string incident_id;
  std::vector<std::string> merged_ids;
  std::string server_id;
  std::string customer;
  std::int64_t submitted_us = 0;
};

Result<Check> read_check(const Message& message) {
  JsonReader in(message.body);
  Check out;
  out.request_id = in.text("request_id");
  out.comparison_id = in.text("comparison_id");
  out.sha256 = in.text("comparison_sha256");
  out.server_id = in.text("server_id");
  out.customer = in.text("customer");
  out.merged_ids = in.texts("merged_ids", kMergedIdsMax, {});
  out.submitted_us = in.integer("submitted_us", 0, INT64_MAX);
  RESCUE_TRY(service::fields_read(in));
  out.incident_id = message.incident_id;
  return out;
}

tl::unexpected<Error> mismatch(std::string detail, std::string pointer = "/comparison/id") {
  return fail(ErrorCode::kConflict, "comparison-mismatch", std::move(detail), std::move(pointer));
}

/// Pointers lead into the choice that the customer sent.
Status check_match(const StoredComparison& shown, const Check& check) {
  if (shown.server_id != check.server_id) return mismatch("the comparison was shown for another server");
  if (shown.customer != check.customer) return mismatch("the comparison was shown to another customer");
  const auto& merged = check.merged_ids;
  if (shown.incident_id && *shown.incident_id != check.incident_id &&
      std::find(merged.begin(), merged.end(), *shown.incident_id) == merged.end()) {
    return mismatch("the comparison was shown for another incident of this server");
  }
  if (equal_constant_time(shown.sha256, check.sha256)) return {};
  return mismatch("the hash is not the comparison's: what the customer saw is not what was shown here",
                  "/comparison/sha256");
}

Result<StoredComparison> find_shown(store::Tx& tx, const Check& check) {
  auto found = ComparisonStore::get(tx, check.comparison_id);
  if (!found) {
    auto error = found.error();
    error.pointer = "/comparison/id";
    return fail(std::move(error));
  }
  RESCUE_TRY(check_match(*found, check));
  if (check.submitted_us < found->expires_us) return found;
  return fail(ErrorCode::kConflict, "comparison-expired",
              "the comparison expired at " + format_rfc3339(from_us(found->expires_us)) + ": show a new one",
              "/comparison/id");
}

bool is_refusal(const Error& error) {
  return error.code == ErrorCode::kConflict || error.code == ErrorCode::kNotFound;
}

Json answer_of(const Check& check, const Result<StoredComparison>& found) {
  Json answer = {{"request_id", check.request_id},
                 {"comparison_id", check.comparison_id},
                 {"accepted", found.has_value()}};
  if (found) {
    answer["comparison"] = found->document;
  } else {
    answer["problem"] = service::error_to_json(found.error());
  }
  return answer;
}

Status write_down(store::Tx& tx, const Check& check, const Result<StoredComparison>& found,
                  std::int64_t now_us) {
  return store::Audit::append(tx, {.at_us = now_us,
                                   .incident_id = check.incident_id,
                                   .actor = "system:workflow",
                                   .action = found ? "comparison.chosen_from" : "comparison.refused",
                                   .reason = found ? "" : found.error().problem,
                                   .details = {{"comparison_id", check.comparison_id},
                                               {"sha256", check.sha256},
                                               {"request_id", check.request_id}},
                                   .hash = {}});
}

}  // namespace

Status on_comparison_check(Parts& parts, store::Tx& tx, const Message& message) {
  RESCUE_ASSIGN(const auto check, read_check(message));
  const auto found = find_shown(tx, check);
  if (!found && !is_refusal(found.error())) return fail(found.error());
  RESCUE_TRY(write_down(tx, check, found, to_us(parts.service.clock().now())));
  return parts.service.send(tx, message.from, std::string(incident::messages::kComparisonChecked),
                            check.incident_id, answer_of(check, found), service::trace_of(message));
}

}  // namespace rescue::pricing
