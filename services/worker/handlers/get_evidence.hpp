#pragma once

#include "../evidence_store.hpp"
#include "rescue/http/message.hpp"
#include "rescue/log/logger.hpp"

namespace rescue::worker {

/// GET /v1/evidence/{sha256}: the bytes, immutable. 404 when there are none with this name; damaged ones are
/// never served.
Result<http::Response> get_evidence(const EvidenceStore& evidence, const log::Logger& log,
                                    const http::Request& request);

}  // namespace rescue::worker
