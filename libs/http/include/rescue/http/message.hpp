#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "rescue/base/json.hpp"
#include "rescue/base/result.hpp"
#include "rescue/base/trace.hpp"

namespace rescue::http {

enum class Method { kGet, kPost, kPut, kDelete };
std::string_view to_string(Method method);

/// Who calls: the entry of the key file that the bearer token matched.
struct Caller {
  std::string key_id;
  std::string role;  ///< web_form, reporter, internal, operator
  std::string name;
};

/// A request after all checks: path parameters and query are percent-decoded, valid UTF-8 and without control
/// bytes; a query key that stood twice was refused; Content-Length was sane.
struct Request {
  Method method = Method::kGet;
  std::string path;   ///< as sent, without the query
  std::string route;  ///< the pattern that matched: "/v1/incidents/{id}"
  std::map<std::string, std::string, std::less<>> params;
  std::map<std::string, std::string, std::less<>> query;
  std::map<std::string, std::string, std::less<>> headers;  ///< names in lower case
  std::string body;
  std::optional<Caller> caller;  ///< set on every route that asks for roles
  Trace trace;
  std::string request_id;

  std::string param(std::string_view name) const;
  std::optional<std::string> header(std::string_view lower_case_name) const;
  /// The body as a strictly parsed JSON object; kInvalid ("malformed-json", "unsupported-media-type").
  Result<Json> json() const;
  /// Query integer within bounds; `fallback` when absent; kInvalid names the parameter.
  Result<std::int64_t> query_integer(std::string_view name, std::int64_t fallback, std::int64_t min,
                                     std::int64_t max) const;
  /// kInvalid for a query parameter that is not in `known`.
  Status only_query(std::initializer_list<std::string_view> known) const;
};

struct Response {
  int status = 200;
  std::string content_type = "application/json";
  std::string body;
  std::vector<std::pair<std::string, std::string>> headers;  ///< values are checked: no CR, LF or NUL

  static Response json(int status, const Json& body);
  /// RFC 9457 application/problem+json: {type:"urn:rescue:problem:<name>", title, status, detail, pointer?,
  /// request_id}.
  static Response problem(const Error& error, std::string_view request_id);
};

/// The one switch from codes to HTTP statuses.
int http_status(ErrorCode code);

/// One entry of the catalogue of problems (docs/problems.md is generated from it): what each name means, what
/// to do.
struct ProblemEntry {
  std::string_view name;
  ErrorCode code;
  std::string_view title;
  std::string_view remedy;
};
const std::vector<ProblemEntry>& problem_catalogue();

}  // namespace rescue::http
