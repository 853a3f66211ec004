#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "rescue/http/client.hpp"

namespace rescue::ctl {

/// `path` with the query made of `parameters`, percent-encoded; empty values are left out.
std::string with_query(std::string path, const std::vector<std::pair<std::string, std::string>>& parameters);
/// One path segment, percent-encoded (RFC 3986 section 2.3: letters, digits, - . _ ~ stay).
std::string segment(std::string_view text);

/// The REST API as an operator's program sees it. One thread at a time.
class Api {
 public:
  explicit Api(http::Client::Options options) : client_(std::move(options)) {}

  /// The body of a 2xx answer. A problem document becomes an Error: its title and detail in `detail`, its
  /// pointer.
  Result<std::string> get_text(const std::string& path);
  /// The same, with its Link header (RFC 8288), "" where it has none.
  struct Page {
    std::string text, link;
  };
  Result<Page> get_page(const std::string& path);
  Result<Json> get(const std::string& path);
  /// With a fresh Idempotency-Key.
  Result<Json> post(const std::string& path, const Json& body);
  Result<Json> post_bytes(const std::string& path, const std::string& bytes, const std::string& content_type);
  /// All pages of a list, at most `items_max`, as {items: […]}.
  Result<Json> get_all(const std::string& path, std::vector<std::pair<std::string, std::string>> parameters,
                       std::size_t items_max = 10'000);

 private:
  http::Client client_;
};

}  // namespace rescue::ctl
