#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
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
  /// The body as a strictly parsed JSON object; kInvalid ("unsupported-media-type" unless the Content-Type is
  /// application/json in UTF-8, "malformed-json", "duplicate-key", "wrong-type").
  Result<Json> json() const;
  /// Query integer within bounds; `fallback` when absent; kInvalid names the parameter.
  Result<std::int64_t> query_integer(std::string_view name, std::int64_t fallback, std::int64_t min,
                                     std::int64_t max) const;
  /// kInvalid for a query parameter that is not in `known`.
  Status only_query(std::initializer_list<std::string_view> known) const;
};

/// What a handler answers. The server adds Content-Length, Date, Connection, X-Content-Type-Options: nosniff,
/// X-Request-Id, traceparent and, unless it is set here, Cache-Control: no-store.
struct Response {
  int status = 200;
  std::string content_type = "application/json";
  std::string body = {};
  /// Checked: names are tokens, values hold no control bytes; a response that breaks this becomes a 500.
  std::vector<std::pair<std::string, std::string>> headers = {};

  static Response json(int status, const Json& body);
  /// RFC 9457 application/problem+json: {type:"urn:rescue:problem:<name>", title, status, detail, pointer?,
  /// request_id}. A name that is not in the catalogue keeps its code's status and gets a plain title. The
  /// detail of a 500 stays inside: it may hold what a caller must not see.
  static Response problem(const Error& error, std::string_view request_id);
};

/// The one switch from codes to HTTP statuses.
int http_status(ErrorCode code);
/// The status of an error's problem document: what the catalogue says for its name, else http_status(code).
int problem_status(const Error& error);

/// One entry of the catalogue of problems (docs/problems.md is generated from it): what each name means, what
/// to do.
struct ProblemEntry {
  std::string_view name;
  ErrorCode code;
  std::string_view title;
  std::string_view remedy;
  int status = 0;         ///< only where the name asks for another status than its code; 0: http_status(code)
  int retry_after_s = 1;  ///< where the status is 503 or 429
};
/// Sorted by name.
const std::vector<ProblemEntry>& problem_catalogue();
/// The entry of that name, or nullptr. Static lifetime.
const ProblemEntry* find_problem(std::string_view name);
/// The text of docs/problems.md.
std::string problem_catalogue_markdown();

}  // namespace rescue::http
