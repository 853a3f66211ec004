// ARF: RFC 5965; auth-failure: RFC 6591.
#include <algorithm>
#include <set>

#include "addresses.hpp"
#include "kinds.hpp"
#include "prose.hpp"
#include "reading.hpp"
#include "received.hpp"
#include "rescue/base/ascii.hpp"
#include "times.hpp"
#include "urls.hpp"

namespace rescue::complaint {
namespace {

constexpr std::size_t kUrlsMax = 20;

/// "192.0.2.1", "[192.0.2.1]", "IPv6:2001:db8::1": nothing but one address.
std::optional<std::string> only_address(std::string_view value) {
  const auto found = find_addresses(value);
  if (found.size() != 1) return std::nullopt;
  auto rest =
      lower_ascii(std::string(value.substr(0, found[0].begin)) + std::string(value.substr(found[0].end)));
  std::erase_if(rest, [](char c) { return c == ' ' || c == '[' || c == ']' || c == '\t'; });
  return rest.empty() || rest == "ipv6:" ? std::optional(found[0].address) : std::nullopt;
}

bool is_fields_only(std::string_view text) {
  const auto begin = text.find_first_not_of("\r\n");
  if (begin == std::string_view::npos) return false;
  const auto rest = text.substr(begin);
  const auto end = std::min(rest.find("\n\n"), rest.find("\n\r\n"));
  return end == std::string_view::npos || rest.find_first_not_of(" \t\r\n", end) == std::string_view::npos;
}

/// By Source-IP, or where that is missing by the message's way. False: `reading` says why a person decides.
bool find_source(Reading& reading, const Part& mail, const Headers& fields) {
  const auto sources = all_headers(fields, "source-ip");
  std::set<std::string> addresses;
  for (const auto& value : sources) {
    const auto address = only_address(value);
    if (!address) return reading.out.to_person = ToPerson::kDamaged, false;
    addresses.insert(*address);
  }
  if (addresses.size() > 1) return reading.out.to_person = ToPerson::kSeveralServers, false;
  if (!addresses.empty()) return reading.accuse(*addresses.begin());
  for (const auto& headers : read_content(mail).attached) {
    const auto by = handed_over_by(all_headers(headers, "received"), reading.ours);
    if (by) return reading.accuse(*by);
  }
  return reading.out.to_person = ToPerson::kNoServer, false;
}

/// Those that may be on the accused server: a page at another address is another's.
std::vector<std::string> reported_urls(const Headers& fields, const catalog::ServerKey& server) {
  std::vector<std::string> out;
  for (const auto& value : all_headers(fields, "reported-uri")) {
    const auto url = read_url(value);
    if (!url || out.size() == kUrlsMax) continue;
    if (url->host.kind == catalog::ServerKey::Kind::kAddress && url->host != server) continue;
    out.push_back(url->url);
  }
  return out;
}

}  // namespace

Complaint read_arf(Reading reading, const Part& mail, const Part& report) {
  reading.out.format = Format::kArf;
  // What is cut off, or parted by an empty line, may have said more.
  if (!mail.whole || !is_fields_only(report.text)) return reading.to_person(ToPerson::kDamaged);
  const auto fields = parse_header_text(report.text);
  const auto types = all_headers(fields, "feedback-type");
  if (types.size() != 1) return reading.to_person(ToPerson::kDamaged);
  const auto type = lower_ascii(types.front());
  if (type == "not-spam" || type == "auth-failure") return reading.to_person(ToPerson::kNotAComplaint);
  const bool known = type == "abuse" || type == "fraud" || type == "virus" || type == "other";
  if (!known) return reading.to_person(ToPerson::kUnsupported);
  if (!find_source(reading, mail, fields)) return reading.to_person(*reading.out.to_person);

  auto& out = reading.out;
  out.reference = reference_in_subject(out.subject);
  const auto arrival = header(fields, "arrival-date");
  out.seen_at = first_time(arrival.empty() ? header(fields, "received-date") : arrival);
  if (type == "fraud" || type == "virus") out.urls = reported_urls(fields, out.server);
  // Without a page, fraud and viruses are what its mail carries.
  out.kind = type == "other"    ? Kind::kOther
             : out.urls.empty() ? Kind::kSpam
             : type == "fraud"  ? Kind::kPhishingUrl
                                : Kind::kMalwareUrl;
  // RFC 5965 reports mail; a page is its server's.
  out.category = out.urls.empty() ? Category::kMailAbuse : category_of(out.kind);
  return out;
}

}  // namespace rescue::complaint
