#pragma once

#include <map>
#include <optional>

#include "line_reader.hpp"
#include "transcript.hpp"

namespace rescue::outside {

/// An HTTP/1.x answer to a GET that asked for the connection to be closed (RFC 9112).
struct HttpAnswer {
  int status = 0;
  std::map<std::string, std::string> headers = {};  ///< by name in lower case; the first of each
  std::string body = {};
  bool whole = true;  ///< false: cut at the limit, or it broke off
};

/// Reads head and body, bounded in lines, bytes and time. The head's lines go into the transcript. kLost
/// where what comes is no HTTP.
Got<HttpAnswer> read_http_answer(LineReader& lines, Transcript& transcript, const Limits& limits,
                                 SteadyTime until);

/// The page's title, on one line and escaped; "" where there is none within the first 64 KiB.
std::string title_of(std::string_view body);

}  // namespace rescue::outside
