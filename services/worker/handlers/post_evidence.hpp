#pragma once

#include "../evidence_store.hpp"
#include "rescue/http/message.hpp"
#include "rescue/service/service.hpp"

namespace rescue::worker {

/// POST /v1/evidence {content_base64}: what a person has found, at most 160 KiB, kept under its SHA-256 as
/// all evidence is; the same bytes again change nothing. Who brought it stands in the audit trail.
Result<http::Response> post_evidence(EvidenceStore& evidence, service::Service& service,
                                     const http::Request& request);

}  // namespace rescue::worker
