#include "lock_record.hpp"

#include <algorithm>

#include "rescue/base/hmac.hpp"
#include "rescue/base/json.hpp"
#include "rescue/base/sha256.hpp"

namespace rescue::fence {
namespace {

constexpr std::size_t kIdBytesMax = 100;
constexpr std::size_t kWorkerBytesMax = 200;
constexpr std::size_t kSealBytes = 64;

tl::unexpected<Error> damaged(const char* how) {
  // What it holds is not repeated: it is the target's word.
  return fail(ErrorCode::kCorrupt, "lock-damaged", std::string("the lock record at the target ") + how);
}

std::string seal(std::string_view secret, std::string_view json) {
  // Not to be taken for a seal that the same secret makes for another purpose.
  return HmacSha256(secret).hex({"rescue-fence\n", json});
}

Result<LockRecord> read(const Json& json) {
  JsonReader in(json);
  LockRecord out;
  in.integer("version", 1, 1);
  out.held = in.boolean("held", true);
  out.holder.job_id = in.text("job_id", {.max_bytes = kIdBytesMax});
  out.holder.attempt = in.integer("attempt", 1, INT64_MAX);
  out.holder.worker = in.text("worker", {.min_bytes = 0, .max_bytes = kWorkerBytesMax});
  out.run = in.text("run", {.max_bytes = kIdBytesMax});
  out.taken_us = in.integer("taken_us", 0, INT64_MAX);
  out.forgotten = in.text("forgotten", {.min_bytes = 0, .max_bytes = kIdBytesMax});
  const Json* past = in.raw("past");
  RESCUE_TRY(in.done());
  if (past == nullptr || !past->is_object() || past->size() > kPastJobsMax)
    return damaged("lists no past jobs");
  for (const auto& [job_id, attempt] : past->items()) {
    if (!attempt.is_number_integer()) return damaged("names an odd attempt");
    out.past[job_id] = attempt.get<std::int64_t>();
  }
  return out;
}

}  // namespace

bool is_plain_id(std::string_view text) {
  return !text.empty() && text.size() <= kIdBytesMax && std::all_of(text.begin(), text.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '-';
  });
}

std::string encode(const LockRecord& record, const Keys& keys) {
  const std::string json = dump_json({{"version", 1},
                                      {"held", record.held},
                                      {"job_id", record.holder.job_id},
                                      {"attempt", record.holder.attempt},
                                      {"worker", record.holder.worker.substr(0, kWorkerBytesMax)},
                                      {"run", record.run},
                                      {"taken_us", record.taken_us},
                                      {"past", record.past},
                                      {"forgotten", record.forgotten}});
  return seal(keys.secrets.at(0), json) + "\n" + json + "\n";
}

Result<LockRecord> decode(std::string_view bytes, const Keys& keys) {
  if (bytes.size() > kRecordBytesMax || bytes.size() < kSealBytes + 2 || bytes[kSealBytes] != '\n' ||
      bytes.back() != '\n') {
    return damaged("has not the form of one");
  }
  const auto given = bytes.substr(0, kSealBytes);
  const auto json = bytes.substr(kSealBytes + 1, bytes.size() - kSealBytes - 2);
  const bool sealed = std::any_of(keys.secrets.begin(), keys.secrets.end(), [&](const std::string& secret) {
    return equal_constant_time(given, seal(secret, json));
  });
  if (!sealed) return damaged("was not made by a worker of ours");
  const auto parsed = parse_json(json);
  if (!parsed) return damaged("is no JSON");
  auto record = read(*parsed);
  if (!record) return damaged("has other fields than one");
  return record;
}

std::int64_t last_attempt(const LockRecord& record, const std::string& job_id) {
  if (record.holder.job_id == job_id) return record.holder.attempt;
  const auto found = record.past.find(job_id);
  return found == record.past.end() ? 0 : found->second;
}

void remember(LockRecord& record) {
  if (record.holder.job_id.empty()) return;
  record.past[record.holder.job_id] = record.holder.attempt;
  while (record.past.size() > kPastJobsMax) {
    record.forgotten = std::max(record.forgotten, record.past.begin()->first);
    record.past.erase(record.past.begin());
  }
}

}  // namespace rescue::fence
