#pragma once

#include <string_view>

#include "job_kind.hpp"

namespace rescue::worker {

/// Runs the probe on the running server that the attempt says how to reach, checks and stores the document
/// that comes back. Errors beside those of run_probe() and of libs/target: those of SealedAccess::open(),
/// kCorrupt ("probe-bad-document"), kUnavailable ("evidence-store-unavailable").
Result<JobResult> examine_live(const JobContext& context, const Config& config, const ProbeLimits& limits);

/// The document with a gap that says how it came about: read on the server `described` by a program that ran
/// there, under a system that may be the intruder's. kCorrupt ("probe-bad-document") for what is no document.
Result<std::string> tell_how_it_was_read(std::string_view document, const std::string& described);

}  // namespace rescue::worker
