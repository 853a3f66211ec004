#pragma once

#include <string>
#include <string_view>

#include "rescue/base/clock.hpp"

namespace rescue::delivery {

/// A text as the value of a header: control characters become spaces; what is not plain ASCII, or too long
/// for one line, becomes encoded words (RFC 2047, section 2: base64 of whole UTF-8 characters, at most 75
/// bytes each), folded. Holds no line end but those of the folding.
std::string encoded_header(std::string_view text);
/// "Fri, 18 Sep 2026 03:04:05 +0000" (RFC 5322, section 3.3)
std::string mail_date(Timestamp at);
/// The part of an address after its @.
std::string domain_of(const std::string& address);

}  // namespace rescue::delivery
