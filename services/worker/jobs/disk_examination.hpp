#pragma once

#include "job_kind.hpp"

namespace rescue::worker {

/// Runs the probe on the disk of the attempt's server, checks and stores the document it wrote.
/// Errors beside those of run_probe(): kInvalid ("bad-server-id"), kNotFound ("disk-not-mounted"),
/// kCorrupt ("probe-bad-document"), kUnavailable ("evidence-store-unavailable").
Result<JobResult> examine_disk(const JobContext& context, const Config& config, const ProbeLimits& limits);

/// The root of a server's disk: <disks_dir>/<server_id>. kNotFound ("disk-not-mounted") when there is no such
/// directory or nothing in it.
Result<std::string> disk_root(const std::string& disks_dir, const std::string& server_id);

}  // namespace rescue::worker
