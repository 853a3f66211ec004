// XARF 3 and 4, after their public schemas (abusix/xarf schemas/3; xarf/xarf-spec schemas/v4). No schema is
// fetched, and what a report says beside what is needed here is left alone.
#include <algorithm>

#include "kinds.hpp"
#include "reading.hpp"
#include "rescue/base/ascii.hpp"
#include "rescue/base/json.hpp"
#include "times.hpp"
#include "urls.hpp"

namespace rescue::complaint {
namespace {

std::string text_at(const Json& object, const char* key) {
  const auto it = object.find(key);
  return it != object.end() && it->is_string() ? it->get<std::string>() : std::string();
}

std::optional<std::uint16_t> port_at(const Json& object, const char* key) {
  const auto it = object.find(key);
  if (it == object.end() || !it->is_number_integer()) return std::nullopt;
  const auto value = it->get<std::int64_t>();
  return value >= 1 && value <= 65'535 ? std::optional(static_cast<std::uint16_t>(value)) : std::nullopt;
}

std::string protocol_at(const Json& object, const char* key) {
  const auto protocol = lower_ascii(text_at(object, key));
  return protocol == "tcp" || protocol == "udp" ? protocol : std::string();
}

/// RFC 3339 is what the schemas ask for.
std::optional<Timestamp> time_at(const Json& object, const char* key) {
  return first_time(text_at(object, key));
}

/// The server by its address, else by the URL's host. A URL at another address is about another server.
bool accuse_by(Reading& reading, const std::string& address, const std::string& url_text) {
  const auto url = url_text.empty() ? std::nullopt : read_url(url_text);
  const auto wrong = [&](ToPerson why) { return reading.out.to_person = why, false; };
  if (!url_text.empty() && !url) return wrong(ToPerson::kDamaged);
  if (url) reading.out.urls.push_back(url->url);
  const bool by_address = url && url->host.kind == catalog::ServerKey::Kind::kAddress;
  if (address.empty() && !url) return wrong(ToPerson::kDamaged);
  if (address.empty() && by_address) return reading.accuse(url->host.text);
  if (address.empty()) return reading.out.server = url->host, true;
  const auto key = catalog::ServerKey::address(address);
  if (!key) return wrong(ToPerson::kDamaged);
  if (by_address && url->host != *key) return wrong(ToPerson::kContradiction);
  return reading.accuse(address);
}

Complaint read_3(Reading reading, const Json& document, const Part* arf) {
  reading.out.format = Format::kXarf3;
  const auto report = document.find("Report");
  if (report == document.end() || !report->is_object() || text_at(*report, "ReportType").empty()) {
    return reading.to_person(ToPerson::kDamaged);
  }
  const auto version = text_at(document, "Version");
  if (!version.empty() && version != "1" && version != "2" && version != "3")
    return reading.to_person(ToPerson::kUnsupported);
  const auto source = text_at(*report, "SourceIp");
  if (arf != nullptr) {
    for (const auto& other : all_headers(parse_header_text(arf->text), "source-ip")) {
      const auto a = catalog::canonical_address(other), b = catalog::canonical_address(source);
      if (!a || !b || *a != *b) return reading.to_person(ToPerson::kContradiction);
    }
  }
  if (!accuse_by(reading, source, text_at(*report, "SourceUrl")))
    return reading.to_person(*reading.out.to_person);
  auto& out = reading.out;
  const auto what = kind_of_type(text_at(*report, "ReportType"));
  out.kind = what.kind;
  out.category = what.category;
  out.seen_at = time_at(*report, "Date");
  out.port = port_at(*report, out.kind == Kind::kOpenPort ? "SourcePort" : "DestinationPort");
  out.protocol = protocol_at(*report, "TransportProtocol");
  out.reference = reference_in_field(text_at(*report, "ReporterCaseID"));
  return out;
}

/// source_identifier is an address, or the host name that a URL is at.
bool read_4_source(Reading& reading, const Json& report) {
  const auto source = text_at(report, "source_identifier");
  const auto url = text_at(report, "category") == "content" ? text_at(report, "url") : std::string();
  if (catalog::ServerKey::address(source)) return accuse_by(reading, source, url);
  const auto name = catalog::ServerKey::hostname(source);
  if (!name || name->text.find('.') == std::string::npos)
    return reading.out.to_person = ToPerson::kNoServer, false;
  if (url.empty()) return reading.out.server = *name, true;
  if (!accuse_by(reading, "", url)) return false;
  const auto& host = reading.out.server.text;
  if (host == name->text || host.ends_with("." + name->text)) return true;
  return reading.out.to_person = ToPerson::kContradiction, false;
}

Category category_of_4(const std::string& category, const KindAndCategory& what) {
  if (what.category != Category::kUnknown || what.kind != Kind::kOther) return what.category;
  if (category == "messaging") return Category::kMailAbuse;
  return category == "connection" || category == "infrastructure" ? Category::kIntrusion : Category::kUnknown;
}

Complaint read_4(Reading reading, const Json& report) {
  reading.out.format = Format::kXarf4;
  const auto category = text_at(report, "category");
  const auto type = text_at(report, "type");
  if (!text_at(report, "xarf_version").starts_with("4.")) return reading.to_person(ToPerson::kUnsupported);
  if (category.empty() || type.empty()) return reading.to_person(ToPerson::kDamaged);
  if (!read_4_source(reading, report)) return reading.to_person(*reading.out.to_person);
  auto& out = reading.out;
  const auto what = kind_of_type(type);
  out.kind = what.kind;
  out.category = category_of_4(category, what);
  out.seen_at = time_at(report, "timestamp");
  out.port = port_at(report, out.kind == Kind::kOpenPort ? "source_port" : "destination_port");
  out.protocol = protocol_at(report, "protocol");
  out.reference = reference_in_field(text_at(report, "report_id"));
  return out;
}

}  // namespace

Complaint read_xarf(Reading reading, std::string_view json, const Part* arf) {
  const auto document = parse_json(json);
  if (!document || !document->is_object()) {
    reading.out.format =
        json.find("xarf_version") != std::string_view::npos ? Format::kXarf4 : Format::kXarf3;
    return reading.to_person(ToPerson::kDamaged);
  }
  return document->contains("xarf_version") ? read_4(std::move(reading), *document)
                                            : read_3(std::move(reading), *document, arf);
}

}  // namespace rescue::complaint
