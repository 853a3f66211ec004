#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace rescue::complaint {

struct Header {
  std::string name;   ///< lower case
  std::string value;  ///< unfolded, encoded words decoded (RFC 2047), UTF-8
};
using Headers = std::vector<Header>;

/// One MIME part with what lies within it.
struct Part {
  enum class Form { kLeaf, kMultipart, kMessage };
  Form form = Form::kLeaf;
  std::string type;         ///< "text/plain", lower case
  std::string report_type;  ///< the parameter of multipart/report, lower case
  std::string filename;     ///< lower case; empty: none
  bool attachment = false;  ///< Content-Disposition says so
  bool whole = true;        ///< a multipart: its closing boundary is there
  Headers headers;          ///< of a message: the message's
  std::string text;         ///< a leaf's content, decoded; UTF-8
  std::vector<Part> parts;  ///< a message has one
};

/// The mail, or nothing where it is more complicated than a mail is. What is no MIME is one text/plain.
std::optional<Part> parse_mail(std::string_view raw);

/// The first with this name, or "".
std::string_view header(const Headers& headers, std::string_view name);
std::vector<std::string> all_headers(const Headers& headers, std::string_view name);
/// Fields as text, one a line or folded, until the first empty line.
Headers parse_header_text(std::string_view text);

}  // namespace rescue::complaint
