#include "rescue/fence/guard.hpp"

#include "lock_record.hpp"
#include "rescue/base/id.hpp"

namespace rescue::fence {
namespace {

tl::unexpected<Error> fenced_off(const std::string& why) {
  return fail(ErrorCode::kConflict, "fenced-off", why);
}

/// The record as it stands; an empty one where there is none, or where an operator decided that what is there
/// counts no more.
Result<LockRecord> read_record(Place& place, const Keys& keys, TakeOver take_over) {
  const auto decoded = [&]() -> Result<LockRecord> {
    RESCUE_ASSIGN(const auto bytes, place.read());
    if (!bytes) return LockRecord();
    return decode(*bytes, keys);
  }();
  const bool damaged = !decoded && decoded.error().code == ErrorCode::kCorrupt;
  if (damaged && take_over == TakeOver::kYes) return LockRecord();
  return decoded;
}

Status may_take(const LockRecord& record, const Holder& holder, TakeOver take_over) {
  const auto last = last_attempt(record, holder.job_id);
  if (last > holder.attempt) {
    return fenced_off("attempt " + std::to_string(last) +
                      " at this job has been at the target, this is attempt " +
                      std::to_string(holder.attempt));
  }
  if (take_over == TakeOver::kYes) return {};
  if (last == 0 && holder.job_id <= record.forgotten) {
    return fenced_off("the job is so old that its attempts at the target are no longer on record");
  }
  if (record.held && record.holder.job_id != holder.job_id) {
    return fail(ErrorCode::kUnavailable, "target-locked",
                "job " + record.holder.job_id + ", attempt " + std::to_string(record.holder.attempt) +
                    ", holds the target since " + format_rfc3339(from_us(record.taken_us)));
  }
  return {};
}

}  // namespace

Result<Guard> Guard::take(Place& place, Keys keys, const Holder& holder, Timestamp now, TakeOver take_over) {
  if (!is_plain_id(holder.job_id) || holder.attempt < 1)
    return fail(ErrorCode::kInvalid, "bad-id", "a lock is taken by an attempt at a job");
  if (keys.secrets.empty())
    return fail(ErrorCode::kInvalid, "bad-config", "there is no secret to seal the lock record with");
  const std::string run = random_hex(16);
  RESCUE_TRY(place.alone([&]() -> Status {
    RESCUE_ASSIGN(auto record, read_record(place, keys, take_over));
    RESCUE_TRY(may_take(record, holder, take_over));
    if (record.holder.job_id != holder.job_id) remember(record);
    record.past.erase(holder.job_id);
    record.held = true;
    record.holder = holder;
    record.run = run;
    record.taken_us = to_us(now);
    return place.write(encode(record, keys));
  }));
  return Guard(place, std::move(keys), holder, run);
}

Status Guard::check() {
  RESCUE_ASSIGN(const auto bytes, place_->read());
  if (!bytes) return fenced_off("the lock at the target is gone");
  RESCUE_ASSIGN(const auto record, decode(*bytes, keys_));
  const bool ours = record.held && record.holder.job_id == holder_.job_id &&
                    record.holder.attempt == holder_.attempt && record.run == run_;
  if (ours) return {};
  return fenced_off("the target is held by job " + record.holder.job_id + ", attempt " +
                    std::to_string(record.holder.attempt) + "; this is attempt " +
                    std::to_string(holder_.attempt));
}

Status Guard::check_then(const std::function<Status()>& change) {
  return place_->alone([&]() -> Status {
    RESCUE_TRY(check());
    return change();
  });
}

Status Guard::release() {
  return place_->alone([&]() -> Status {
    RESCUE_TRY(check());
    RESCUE_ASSIGN(const auto bytes, place_->read());
    RESCUE_ASSIGN(auto record, decode(bytes.value_or(""), keys_));
    record.held = false;
    return place_->write(encode(record, keys_));
  });
}

}  // namespace rescue::fence
