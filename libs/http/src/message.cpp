#include "rescue/http/message.hpp"

#include <charconv>

#include "text.hpp"

namespace rescue::http {
namespace {

constexpr std::string_view kProblemType = "application/problem+json";

bool is_json_media_type(std::string_view value) {
  const auto semicolon = value.find(';');
  if (!equal_ignoring_case(trim(value.substr(0, semicolon)), "application/json")) return false;
  if (semicolon == std::string_view::npos) return true;
  const auto parameter = trim(value.substr(semicolon + 1));
  return equal_ignoring_case(parameter, "charset=utf-8") ||
         equal_ignoring_case(parameter, "charset=\"utf-8\"");
}

}  // namespace

std::string_view to_string(Method method) {
  switch (method) {
    case Method::kGet:
      return "GET";
    case Method::kPost:
      return "POST";
    case Method::kPut:
      return "PUT";
    case Method::kDelete:
      return "DELETE";
  }
  return "GET";
}

std::string Request::param(std::string_view name) const {
  const auto it = params.find(name);
  return it != params.end() ? it->second : std::string();
}

std::optional<std::string> Request::header(std::string_view lower_case_name) const {
  const auto it = headers.find(lower_case_name);
  return it != headers.end() ? std::optional(it->second) : std::nullopt;
}

Result<Json> Request::json() const {
  if (!is_json_media_type(header("content-type").value_or(""))) {
    return fail(ErrorCode::kInvalid, "unsupported-media-type",
                "send the body as Content-Type: application/json");
  }
  RESCUE_ASSIGN(auto value, parse_json(body));
  if (!value.is_object()) return fail(ErrorCode::kInvalid, "wrong-type", "the body must be one JSON object");
  return value;
}

Result<std::int64_t> Request::query_integer(std::string_view name, std::int64_t fallback, std::int64_t min,
                                            std::int64_t max) const {
  const auto it = query.find(name);
  if (it == query.end()) return fallback;
  const auto& text = it->second;
  std::int64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size() || value < min || value > max) {
    return fail(ErrorCode::kInvalid, "bad-query",
                "the query parameter " + std::string(name) + " must be a whole number from " +
                    std::to_string(min) + " to " + std::to_string(max));
  }
  return value;
}

Status Request::only_query(std::initializer_list<std::string_view> known) const {
  for (const auto& [name, value] : query) {
    if (std::find(known.begin(), known.end(), name) != known.end()) continue;
    std::string list;
    for (const auto& candidate : known) list += (list.empty() ? "" : ", ") + std::string(candidate);
    return fail(ErrorCode::kInvalid, "bad-query",
                "no query parameter \"" + name + "\" here; known are: " + (list.empty() ? "none" : list));
  }
  return {};
}

Response Response::json(int status, const Json& body) {
  Response out;
  out.status = status;
  out.body = dump_json(body);
  return out;
}

Response Response::problem(const Error& error, std::string_view request_id) {
  const auto* entry = find_problem(error.problem);
  const int status = problem_status(error);
  Json document = {{"type", "urn:rescue:problem:" + error.problem},
                   {"title", entry != nullptr ? std::string(entry->title) : "Failed"},
                   {"status", status},
                   {"request_id", std::string(request_id)}};
  document["detail"] = status == 500 ? "this is our fault; tell the operators the request id" : error.detail;
  if (!error.pointer.empty()) document["pointer"] = error.pointer;
  Response out = json(status, document);
  out.content_type = kProblemType;
  if (status == 401) out.headers.emplace_back("WWW-Authenticate", "Bearer realm=\"rescue\"");
  if (status == 503 || status == 429) {
    out.headers.emplace_back("Retry-After", std::to_string(entry != nullptr ? entry->retry_after_s : 1));
  }
  return out;
}

}  // namespace rescue::http
