#pragma once

#include <string_view>

#include "rescue/base/json.hpp"

namespace rescue::worker {

/// Checks that `document` is an investigation (api/schemas/investigation.schema.json, version 1) and gives
/// the summary that job.finished carries: {intrusion, intrusion_why, mail_abuse, mail_abuse_why, cause_known,
/// cause_why, findings: {critical, high, medium, low, info}, gaps}. kCorrupt ("probe-bad-document") names
/// what is not as it must be.
Result<Json> summarise_document(std::string_view document);

}  // namespace rescue::worker
