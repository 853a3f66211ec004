#pragma once

#include <chrono>
#include <map>
#include <string>

#include "rescue/base/result.hpp"
#include "rescue/http/message.hpp"

namespace rescue::http {

struct ClientResponse {
  int status = 0;
  std::map<std::string, std::string> headers;  ///< names in lower case
  std::string body;
};

/// Calls one base URL (http://host:port or https://host:port; cpp-httplib behind it). The certificate of an
/// https server must be good for the host of the URL. Follows no redirects. One thread at a time.
class Client {
 public:
  struct Options {
    std::string base_url = {};
    std::string token = {};  ///< sent as a bearer token when not empty
    std::chrono::milliseconds connect_timeout{2'000};
    std::chrono::milliseconds read_timeout{10'000};  ///< for each read: a server that drips has no end
    std::chrono::milliseconds total_timeout{0};      ///< from connect to the last byte; 0: none
    std::size_t body_bytes_max = 64 * 1024 * 1024;
    std::string ca_file = {};  ///< https: the certificates to trust (PEM) in place of the system's
  };
  explicit Client(Options options);
  /// kUnavailable / kTimeout when no answer came; any status that came is a value.
  Result<ClientResponse> get(const std::string& path, const std::string& traceparent = {});
  Result<ClientResponse> post(const std::string& path, const Json& body,
                              const std::map<std::string, std::string>& headers = {});
  /// Any bytes, as what `content_type` says.
  Result<ClientResponse> post_bytes(const std::string& path, std::string bytes,
                                    const std::string& content_type,
                                    const std::map<std::string, std::string>& headers = {});

 private:
  Options options_;
};

}  // namespace rescue::http
