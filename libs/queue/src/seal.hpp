#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace rescue::queue {

/// Shows that an entry was put into its stream by one who holds the secret: HMAC-SHA-256 (RFC 2104) over the
/// stream's key, a line feed and the payload, as 64 hex digits. Thread-safe.
std::string seal(std::string_view secret, std::string_view key, std::string_view payload);
/// True when `given` is the seal of any of these secrets, or there are none to ask for.
bool is_sealed(const std::vector<std::string>& secrets, std::string_view key, std::string_view payload,
               std::string_view given);

}  // namespace rescue::queue
