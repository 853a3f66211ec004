#pragma once

#include <string>
#include <string_view>

namespace rescue::complaint {

/// Those that mails are written in. iconv knows hundreds more, and has had faults in the odd ones: a sender
/// does not choose which of them runs here.
bool is_known_charset(std::string_view name);
/// The mail with the charsets' names of encoded words (RFC 2047) and parameters (RFC 2231) that are not known
/// spoilt, so that the MIME library leaves them alone. The same length.
std::string without_odd_charsets(std::string_view raw);
/// `bytes` as UTF-8; what is not in the charset, or the charset itself is not known: '?' for each byte over
/// 127. An empty charset is UTF-8 or, by its escapes, ISO-2022-JP.
std::string to_utf8(std::string_view bytes, std::string_view charset);

}  // namespace rescue::complaint
