#include "get_evidence.hpp"

namespace rescue::worker {

Result<http::Response> get_evidence(const EvidenceStore& evidence, const log::Logger& log,
                                    const http::Request& request) {
  RESCUE_TRY(request.only_query({}));
  const std::string sha256 = request.param("sha256");
  auto bytes = evidence.get(sha256);
  if (!bytes) {
    if (bytes.error().code == ErrorCode::kCorrupt) log.error("evidence.corrupt", {{"sha256", sha256}});
    return fail(bytes.error());
  }
  http::Response response;
  // Evidence is a JSON document or bytes of a hostile disk: nothing that a browser should interpret.
  const bool json = bytes->starts_with('{') && Json::accept(*bytes);
  response.content_type = json ? "application/json" : "application/octet-stream";
  response.headers = {{"ETag", "\"" + sha256 + "\""},
                      {"Cache-Control", "private, max-age=31536000, immutable"}};
  response.body = *std::move(bytes);
  return response;
}

}  // namespace rescue::worker
