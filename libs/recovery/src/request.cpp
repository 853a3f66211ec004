#include "rescue/recovery/request.hpp"

#include "rescue/base/base64.hpp"

namespace rescue::recovery {
namespace {

constexpr std::size_t kMostWays = 100, kMostJobs = 200, kShaBytes = 64;
constexpr std::int64_t kMostId = 1'000'000'000, kMostNumber = 100'000;
constexpr JsonReader::TextRules kSha{.min_bytes = kShaBytes, .max_bytes = kShaBytes};

Status read_ways(JsonReader& in, Request& request) {
  const Json* ways = in.raw("ways");
  if (ways == nullptr || !ways->is_array() || ways->size() > kMostWays)
    return fail(ErrorCode::kInvalid, "wrong-type", "ways is a list of at most 100 ways", "/ways");
  for (std::size_t i = 0; i < ways->size(); ++i) {
    RESCUE_ASSIGN(auto way, way_from((*ways)[i], "/ways/" + std::to_string(i)));
    request.ways.push_back(std::move(way));
  }
  return {};
}

/// The job that the request is made in; "" where none is named.
std::string read_job(JsonReader& in) {
  return in.optional_text("job", {.min_bytes = 1, .max_bytes = 100}).value_or("");
}

/// The mail that waits: queue-plan takes ways in place of criteria, queue-record nothing of both.
Status read_queue(JsonReader& in, Request& request) {
  const auto& op = request.op;
  constexpr std::int64_t kMostRounds = 9'999, kMostOffset = std::int64_t{1} << 40;
  if (op == "queue-record") {
    request.round = static_cast<int>(in.integer("round", 1, kMostRounds));
    request.offset = in.integer("offset", 0, kMostOffset);
    return in.done();
  }
  const bool chooses = op == "queue-plan" || op == "queue-hold" || op == "queue-purge";
  const Json* const criteria = chooses ? in.raw("criteria") : nullptr;
  if (criteria != nullptr) request.criteria = *criteria;
  if (chooses) request.job = read_job(in);
  if (op == "queue-plan" && criteria == nullptr) return read_ways(in, request);
  const bool undoes = op == "queue-restore" || op == "queue-release";
  if (undoes && in.raw("jobs") != nullptr) {
    const auto jobs = in.texts("jobs", kMostJobs, {.min_bytes = 1, .max_bytes = 100});
    request.jobs = {jobs.begin(), jobs.end()};
  }
  if (chooses && criteria == nullptr) in.fault("criteria", "missing-field", "what marks a message as abuse");
  if (op != "queue-plan") request.lock_sha256 = in.text("lock_sha256", kSha);
  return in.done();
}

Status read_rest(JsonReader& in, Request& request) {
  const auto& op = request.op;
  if (op.starts_with("queue-")) return read_queue(in, request);
  if (op == "plan" || op == "verify") RESCUE_TRY(read_ways(in, request));
  if (op == "apply") {
    request.step = in.text("step", {.max_bytes = 500});
    request.step_sha256 = in.text("step_sha256", kSha);
    request.job = read_job(in);
  }
  if (op == "undo" || op == "record") request.number = static_cast<int>(in.integer("number", 1, kMostNumber));
  if (op == "undo") request.record_sha256 = in.optional_text("record_sha256", kSha).value_or("");
  if (op == "apply" || op == "undo" || op == "settle") request.lock_sha256 = in.text("lock_sha256", kSha);
  if (op == "lock-write") {
    const auto text = in.text("record", {.max_bytes = 64 * 1024});
    if (auto bytes = decode_base64(text)) {
      request.lock_record = *std::move(bytes);
    } else {
      in.fault("record", "wrong-type", "the record's bytes in base 64");
    }
  }
  return in.done();
}

}  // namespace

Result<Request> parse_request(std::string_view line, std::int64_t& id_if_known) {
  if (line.size() > Request::kLineBytesMax)
    return fail(ErrorCode::kTooLarge, "line-too-long", "a request is at most 1 MiB");
  RESCUE_ASSIGN(const Json json, parse_json(line));
  if (!json.is_object()) return fail(ErrorCode::kInvalid, "wrong-type", "a request is a JSON object");
  JsonReader in(json);
  Request request;
  request.id = in.integer("id", 0, kMostId);
  id_if_known = request.id;
  request.op =
      in.one_of("op", {"hello",      "survey",      "plan",          "apply",         "verify",
                       "undo",       "status",      "settle",        "record",        "lock-hold",
                       "lock-read",  "lock-write",  "lock-release",  "queue-plan",    "queue-record",
                       "queue-hold", "queue-purge", "queue-release", "queue-restore", "queue-forget"});
  RESCUE_TRY(read_rest(in, request));
  return request;
}

std::string answer(std::int64_t id, const Result<Json>& result) {
  Json out{{"id", id}, {"ok", result.has_value()}};
  if (result) {
    out["result"] = *result;
  } else {
    const auto& error = result.error();
    out["error"] = {{"code", to_string(error.code)},
                    {"problem", error.problem},
                    {"detail", error.detail},
                    {"pointer", error.pointer}};
  }
  return dump_json(out) + "\n";
}

}  // namespace rescue::recovery
