// X-ARF 0.1 and 0.2: fields and their values as the reports of blocklist.de's generator and pyxarf have them.
#include <algorithm>
#include <charconv>
#include <map>

#include "kinds.hpp"
#include "reading.hpp"
#include "rescue/base/ascii.hpp"
#include "times.hpp"
#include "urls.hpp"
#include "yaml_fields.hpp"

namespace rescue::complaint {
namespace {

/// By Source, whose kind Source-Type names.
bool read_source(Reading& reading, const YamlFields& fields) {
  const auto type = lower_ascii(fields.text("source-type"));
  const auto source = fields.text("source");
  if (type == "uri" || type == "url") {
    const auto url = read_url(source);
    if (!url) return reading.out.to_person = ToPerson::kDamaged, false;
    reading.out.urls.push_back(url->url);
    if (url->host.kind == catalog::ServerKey::Kind::kAddress) return reading.accuse(url->host.text);
    reading.out.server = url->host;
    return true;
  }
  const bool address =
      type == "ip-address" || type == "ipv4" || type == "ipv6" || type == "ip" || type.empty();
  if (!address) return reading.out.to_person = ToPerson::kUnsupported, false;
  return reading.accuse(source);
}

std::optional<std::uint16_t> port_of(std::string_view text) {
  std::uint16_t port = 0;
  const auto [stop, error] = std::from_chars(text.data(), text.data() + text.size(), port);
  if (error != std::errc() || stop != text.data() + text.size() || port == 0) return std::nullopt;
  return port;
}

}  // namespace

Complaint read_x_arf(Reading reading, std::string_view yaml) {
  reading.out.format = Format::kXArf;
  const auto fields = YamlFields::read(yaml);
  if (!fields || fields->text("report-type").empty() || fields->text("source").empty()) {
    return reading.to_person(ToPerson::kDamaged);
  }
  const auto type = fields->text("report-type");
  if (lower_ascii(type) == "test" || lower_ascii(type) == "info")
    return reading.to_person(ToPerson::kNotAComplaint);
  if (!read_source(reading, *fields)) return reading.to_person(*reading.out.to_person);
  auto& out = reading.out;
  const auto what = kind_of_type(type);
  out.kind = what.kind;
  out.category = what.category;
  out.seen_at = first_time(fields->text("date"));
  out.port = port_of(fields->text("port"));
  out.protocol = lower_ascii(fields->text("protocol"));
  if (out.protocol != "tcp" && out.protocol != "udp") out.protocol.clear();
  out.reference = reference_in_field(fields->text("report-id"));
  return out;
}

}  // namespace rescue::complaint
