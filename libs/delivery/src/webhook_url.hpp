#pragma once

#include <string>

#include "rescue/base/result.hpp"

namespace rescue::delivery {

/// An endpoint's URL taken apart.
struct WebhookUrl {
  bool tls = true;
  std::string host;  ///< a name in lower case, or an address without brackets
  int port = 0;
  std::string target;     ///< path and query
  std::string authority;  ///< as the Host header has it
};

/// As check_webhook_url.
Result<WebhookUrl> parse_webhook_url(const std::string& url, bool allow_http);

}  // namespace rescue::delivery
