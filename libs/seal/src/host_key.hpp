#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace rescue::seal {

/// The host key in the form that Access promises: a fingerprint, or type and key without what follows.
/// Nothing: it is neither. The type must be the one that the key itself names (RFC 4253 section 6.6).
std::optional<std::string> plain_host_key(std::string_view text);

}  // namespace rescue::seal
