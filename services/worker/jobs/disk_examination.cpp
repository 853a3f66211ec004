#include "disk_examination.hpp"

#include <filesystem>

#include "../regular_file.hpp"
#include "examination.hpp"
#include "rescue/target/mounted_target.hpp"

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
Status examined(const std::string& root, const ProbeCommand& command, const JobContext& context) {
  target::MountedTarget target(root);
  auto ran = run_probe(target, command, context.stop, context.log);
  if (!ran && ran.error().problem == "probe-failed") {
    RESCUE_TRY(context.evidence.check_room(kRoomBytes));
  }
  if (!ran) return fail(std::move(ran).error());
  return {};
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
  const ProbeCommand command{.program = config.probe_path,
                             .arguments = probe_arguments(root, out, limits),
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
  RESCUE_TRY(examined(root, command, context));
  RESCUE_ASSIGN(const std::string document, read_output(out, limits.output_bytes));
  return keep_document(context, document);
}

}  // namespace rescue::worker
