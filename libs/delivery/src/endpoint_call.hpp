#pragma once

#include <map>
#include <string>

#include "destination.hpp"
#include "webhook_url.hpp"

namespace rescue::delivery {

/// One POST to one address.
struct EndpointCall {
  const WebhookUrl& url;
  const std::string& address;  ///< numeric; the URL's host is not looked up again
  const std::map<std::string, std::string>& headers;
  const std::string& body;
  const std::string& ca_file;
  std::size_t answer_bytes_max;
  Deadline connected_by;  ///< and each step of the TLS handshake takes no longer than it is until then
  Deadline until;
};

struct EndpointAnswer {
  int status = 0;  ///< 0: none came, and `problem` says why
  std::string retry_after = {};
  std::string problem = {}, detail = {};
  bool connected = true;  ///< false: another address may do
};

/// Ends by `until`. Throws std::system_error without descriptors or threads.
EndpointAnswer post_to_endpoint(const EndpointCall& call);

}  // namespace rescue::delivery
