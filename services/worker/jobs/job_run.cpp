#include "job_run.hpp"

#include <exception>

#include "disk_examination.hpp"
#include "guarded_disk.hpp"

namespace rescue::worker {
namespace {

template <class Run>
std::invoke_result_t<Run> caught(const JobContext& context, const Run& run) {
  try {
    return run();
  } catch (const std::exception& bug) {
    context.log.error("job.exception", {{"job_id", context.attempt.job_id}, {"what", bug.what()}});
  } catch (...) {
    context.log.error("job.exception",
                      {{"job_id", context.attempt.job_id}, {"what", "not a std::exception"}});
  }
  return {fail(ErrorCode::kInternal, "internal-error", "the job ended by an internal error")};
}

JobEnd change_disk(const JobKind& kind, const JobContext& context, const JobSurroundings& surroundings,
                   Timestamp now) {
  const auto root = disk_root(surroundings.config.disks_dir, context.attempt.server_id);
  if (!root) return {fail(root.error())};
  auto disk = GuardedDisk::take(context, *root, surroundings.lock_keys, surroundings.worker, now);
  if (!disk) return {fail(disk.error())};
  JobEnd end{caught(context, [&] { return kind.change(context, *disk); })};
  end.begun = disk->begun();
  if (!end.result && end.begun) return end;
  const auto released = disk->release();
  if (!released) {
    context.log.warn("job.lock_not_released",
                     {{"job_id", context.attempt.job_id}, {"detail", released.error().detail}});
  }
  return end;
}

}  // namespace

JobEnd run_job(const JobContext& context, const JobSurroundings& surroundings, Timestamp now) {
  const JobKind* kind = find_job_kind(surroundings.kinds, context.attempt.kind);
  if (kind == nullptr) {
    return {fail(ErrorCode::kInvalid, "unknown-job-kind",
                 "this worker knows no job of the kind " + context.attempt.kind)};
  }
  if (kind->change != nullptr) return change_disk(*kind, context, surroundings, now);
  if (kind->live != nullptr) return caught(context, [&] { return kind->live(context, surroundings, now); });
  return {caught(context, [&] { return kind->read(context, surroundings.config); })};
}

}  // namespace rescue::worker
