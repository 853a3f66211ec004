#include "api.hpp"

#include "rescue/base/id.hpp"

namespace rescue::ctl {
namespace {

std::string text_of(const Json& document, const char* key) {
  const auto it = document.find(key);
  return it != document.end() && it->is_string() ? it->get<std::string>() : std::string();
}

/// A problem document (RFC 9457) as one sentence.
Error problem_of(const http::ClientResponse& response) {
  const Json document = parse_json(response.body).value_or(Json::object());
  Error error{ErrorCode::kInternal, text_of(document, "type"), "", text_of(document, "pointer")};
  const auto title = text_of(document, "title");
  error.detail = std::to_string(response.status) + (title.empty() ? " (no problem document)" : " " + title);
  for (const auto* key : {"detail", "request_id"}) {
    const auto text = text_of(document, key);
    if (text.empty()) continue;
    error.detail += std::string_view(key) == "detail" ? ": " + text : " [request " + text + "]";
  }
  return error;
}

Result<std::string> body_of(Result<http::ClientResponse> response) {
  if (!response) return fail(response.error());
  if (response->status < 200 || response->status > 299) return fail(problem_of(*response));
  return std::move(response->body);
}

Result<Json> json_of(Result<http::ClientResponse> response) {
  RESCUE_ASSIGN(const auto body, body_of(std::move(response)));
  auto json = parse_json(body);
  if (!json)
    return fail(ErrorCode::kCorrupt, "malformed-json", "the answer is no JSON: " + json.error().detail);
  return json;
}

}  // namespace

std::string segment(std::string_view text) {
  static constexpr std::string_view kUnreserved =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~";
  static constexpr std::string_view kHex = "0123456789ABCDEF";
  std::string out;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (kUnreserved.find(c) != std::string_view::npos) {
      out += c;
    } else {
      out += {'%', kHex[byte >> 4U], kHex[byte & 15U]};
    }
  }
  return out;
}

std::string with_query(std::string path, const std::vector<std::pair<std::string, std::string>>& parameters) {
  char mark = '?';
  for (const auto& [name, value] : parameters) {
    if (value.empty()) continue;
    path += mark + name + "=" + segment(value);
    mark = '&';
  }
  return path;
}

Result<std::string> Api::get_text(const std::string& path) {
  return body_of(client_.get(path));
}

Result<Api::Page> Api::get_page(const std::string& path) {
  RESCUE_ASSIGN(const auto response, client_.get(path));
  const auto link = response.headers.find("link");
  Page page{.text = "", .link = link == response.headers.end() ? "" : link->second};
  RESCUE_ASSIGN(page.text, body_of(response));
  return page;
}

Result<Json> Api::get(const std::string& path) {
  return json_of(client_.get(path));
}

Result<Json> Api::post(const std::string& path, const Json& body) {
  return json_of(client_.post(path, body, {{"Idempotency-Key", random_hex(16)}}));
}

Result<Json> Api::post_bytes(const std::string& path, const std::string& bytes,
                             const std::string& content_type) {
  return json_of(client_.post_bytes(path, bytes, content_type, {{"Idempotency-Key", random_hex(16)}}));
}

Result<Json> Api::get_all(const std::string& path,
                          std::vector<std::pair<std::string, std::string>> parameters,
                          std::size_t items_max) {
  Json items = Json::array();
  parameters.emplace_back("limit", "200");
  parameters.emplace_back("cursor", "");
  while (items.size() < items_max) {
    RESCUE_ASSIGN(const auto page, get(with_query(path, parameters)));
    const auto list = page.find("items");
    if (list == page.end() || !list->is_array()) {
      return fail(ErrorCode::kCorrupt, "malformed-json", "the answer is no list");
    }
    for (const auto& item : *list) items.push_back(item);
    parameters.back().second = text_of(page, "next_cursor");
    if (parameters.back().second.empty() || list->empty()) break;
  }
  return Json{{"items", std::move(items)}};
}

}  // namespace rescue::ctl
