#include "disk_examination.hpp"

#include <filesystem>

#include "../file_handle.hpp"
#include "../probe_document.hpp"
#include "../probe_runner.hpp"

namespace rescue::worker {
namespace {

constexpr std::size_t kServerIdBytesMax = 64;
/// With less than this the store is full.
constexpr std::size_t kRoomBytes = 64 * 1024;

/// Letters, digits, '-', '_' and '.', the first one a letter or digit: never a path.
bool is_server_id(std::string_view text) {
  const auto alphanumeric = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
  };
  if (text.empty() || text.size() > kServerIdBytesMax || !alphanumeric(text.front())) return false;
  return std::all_of(text.begin(), text.end(),
                     [&](char c) { return alphanumeric(c) || c == '-' || c == '_' || c == '.'; });
}

/// The probe ends by itself a little before it would be ended, and tells what it did not get to as gaps.
std::chrono::seconds own_time_limit(const ProbeLimits& limits) {
  return std::max(std::chrono::seconds(1), limits.wall * 9 / 10);
}

/// How much the probe has read of what it means to read; before it has told that, how much of its time it has
/// used.
class ProbeTime {
 public:
  explicit ProbeTime(const ProbeLimits& limits) : total_s_(limits.wall.count()) {}
  void hear(const ProbeProgress& told) { told_ = told; }
  Progress progress() const {
    if (told_) {
      return {.phase = "probe-running",
              .done = told_->bytes,
              .total = told_->planned_bytes,
              .unit = "bytes",
              .findings = told_->findings};
    }
    const auto taken = std::chrono::steady_clock::now() - begun_;
    return {.phase = "probe-running",
            .done = std::chrono::duration_cast<std::chrono::seconds>(taken).count(),
            .total = total_s_,
            .unit = "seconds"};
  }

 private:
  std::int64_t total_s_;
  std::optional<ProbeProgress> told_;
  std::chrono::steady_clock::time_point begun_ = std::chrono::steady_clock::now();
};

Progress written(std::string_view phase, const std::string& document) {
  const auto bytes = static_cast<std::int64_t>(document.size());
  return {.phase = phase, .done = bytes, .total = bytes, .unit = "bytes"};
}

Result<std::string> read_output(const std::string& path, std::uint64_t bytes_max) {
  auto bytes = read_regular_file(path, bytes_max);
  if (bytes) return bytes;
  if (bytes.error().code == ErrorCode::kTooLarge) {
    return fail(ErrorCode::kTooLarge, "probe-output-too-large",
                "the probe's document is over " + std::to_string(bytes_max) + " bytes");
  }
  return fail(ErrorCode::kCorrupt, "probe-bad-document",
              "the probe ended well but left no document: " + bytes.error().detail);
}

/// A probe that could not write its document because the store is full has not failed: it can run again.
Status examined(const ProbeCommand& command, const JobContext& context) {
  Status ran = run_probe(command, context.stop, context.log);
  if (!ran && ran.error().problem == "probe-failed") {
    RESCUE_TRY(context.evidence.check_room(kRoomBytes));
  }
  return ran;
}

}  // namespace

Result<std::string> disk_root(const std::string& disks_dir, const std::string& server_id) {
  if (!is_server_id(server_id)) {
    return fail(
        ErrorCode::kInvalid, "bad-server-id",
        "a server id is up to 64 letters, digits, '-', '_' and '.', and begins with a letter or digit");
  }
  const std::string root = disks_dir + "/" + server_id;
  std::error_code error;
  const bool there = std::filesystem::is_directory(root, error) && !std::filesystem::is_empty(root, error);
  if (there && !error) return root;
  return fail(ErrorCode::kNotFound, "disk-not-mounted",
              "the disk of server " + server_id + " is not there: mount it read-only at " + root +
                  ", then requeue the job");
}

Result<JobResult> examine_disk(const JobContext& context, const Config& config, const ProbeLimits& limits) {
  RESCUE_ASSIGN(const std::string root, disk_root(config.disks_dir, context.attempt.server_id));
  context.report_progress({.phase = "disk-found", .unit = "steps"});
  RESCUE_ASSIGN(const auto scratch, context.evidence.make_scratch());
  const std::string out = scratch.dir() + "/investigation.json";
  ProbeTime time(limits);
  const auto tell = [&] { context.report_progress(time.progress()); };
  const ProbeCommand command{
      .program = config.probe_path,
      .arguments = {"investigate", "--root", root, "--out", out, "--time-limit",
                    std::to_string(own_time_limit(limits).count()), "--progress", "ndjson"},
      .limits = limits,
      .log_fields = context.log_fields,
      .tick = context.tick,
      .on_tick =
          [&] {
            tell();
            context.on_tick();
          },
      .on_progress = [&](const ProbeProgress& told) { time.hear(told); }};
  tell();
  RESCUE_TRY(examined(command, context));
  RESCUE_ASSIGN(const std::string document, read_output(out, limits.output_bytes));
  context.report_progress(written("document-written", document));
  RESCUE_ASSIGN(Json summary, summarise_document(document));
  RESCUE_ASSIGN(std::string sha256, context.evidence.put(document));
  context.report_progress(written("document-stored", document));
  return JobResult{std::move(sha256), std::move(summary)};
}

}  // namespace rescue::worker
