#pragma once

#include <string>
#include <string_view>

#include "rescue/http/message.hpp"

namespace rescue::http {

struct WireOptions {
  bool keep_alive = false;
  bool head_only = false;  ///< the answer to HEAD: the length is told, the body is not sent
  std::string_view request_id;
  std::string traceparent;
};

/// Fit to be sent: a status from 200 to 599, header names that are tokens and none of the server's own,
/// values without control bytes.
bool is_sendable(const Response& response);
/// The response as bytes; it must be sendable.
std::string to_wire(const Response& response, const WireOptions& options);

}  // namespace rescue::http
