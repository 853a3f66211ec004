#include "worker_evidence.hpp"

#include <fstream>

#include "rescue/base/base64.hpp"
#include "rescue/base/sha256.hpp"

namespace rescue::workflow {
namespace {

Status check_available(const http::ClientResponse& answer) {
  if (answer.status < 500 && answer.status != 429) return {};
  return fail(ErrorCode::kUnavailable, "service-unavailable",
              "worker answered " + std::to_string(answer.status));
}

}  // namespace

WorkerEvidence::WorkerEvidence(std::string url, std::string token)
    : url_(std::move(url)),
      token_(std::move(token)),
      fetch_([options = http::Client::Options{.base_url = url_, .token = token_}](
                 const std::string& path, const std::string& traceparent) {
        return http::Client(options).get(path, traceparent);
      }) {}

Result<WorkerEvidence> WorkerEvidence::create(const Config& config) {
  std::ifstream file(config.worker_token_file);
  std::string token;
  if (!(file >> token)) {
    return fail(ErrorCode::kInvalid, "bad-config",
                "cannot read worker.token_file " + config.worker_token_file);
  }
  return WorkerEvidence(config.worker_url, std::move(token));
}

Result<std::string> WorkerEvidence::get(const std::string& sha256, const std::string& traceparent) const {
  RESCUE_ASSIGN(const auto answer, fetch_("/v1/evidence/" + sha256, traceparent));
  RESCUE_TRY(check_available(answer));
  if (answer.status == 404) {
    return fail(ErrorCode::kNotFound, "evidence-not-found", "the evidence store has no file of this hash");
  }
  if (answer.status != 200) {
    return fail(ErrorCode::kCorrupt, "evidence-missing",
                "worker answered " + std::to_string(answer.status) + " for the document " + sha256);
  }
  if (sha256_hex(answer.body) != sha256) {
    return fail(ErrorCode::kCorrupt, "evidence-missing", "the document is not the one that was recorded");
  }
  return answer.body;
}

Result<std::string> WorkerEvidence::put(const std::string& bytes) const {
  http::Client client({.base_url = url_, .token = token_});
  const auto sha256 = sha256_hex(bytes);
  RESCUE_ASSIGN(const auto answer, client.post("/v1/evidence", {{"content_base64", encode_base64(bytes)}},
                                               {{"Idempotency-Key", sha256}}));
  RESCUE_TRY(check_available(answer));
  if (answer.status != 201) {
    return fail(ErrorCode::kInternal, "internal-error",
                "worker answered " + std::to_string(answer.status) + " to a document that it should keep");
  }
  return sha256;
}

}  // namespace rescue::workflow
