#include "received.hpp"

#include <algorithm>

#include "addresses.hpp"
#include "rescue/base/ascii.hpp"
#include "rescue/complaint/complaint.hpp"

namespace rescue::complaint {
namespace {

constexpr std::size_t kHopsMax = 12;

struct Hop {
  bool has_from = false;
  std::string helo, name, address, by;
};

std::string word_at(std::string_view text) {
  return std::string(text.substr(0, text.find_first_of(" ()[];\t")));
}

/// "from HELO (NAME [ADDRESS]) by HOST …" (RFC 5321, 4.4), as Postfix, Sendmail and Exim write it;
/// "(ADDRESS)" as qmail does.
Hop read_hop(std::string_view raw) {
  const auto value = lower_ascii(raw);
  const std::string_view text = value;
  Hop hop;
  hop.has_from = text.starts_with("from ");
  const auto by = hop.has_from ? text.find(" by ") : (text.starts_with("by ") ? 0 : std::string_view::npos);
  // Two hands in one field: somebody put it together.
  if (by != std::string_view::npos && text.find(" by ", by + 1) != std::string_view::npos) return hop;
  if (by != std::string_view::npos) hop.by = word_at(text.substr(by + (hop.has_from ? 4 : 3)));
  if (!hop.has_from || by == std::string_view::npos) return hop;
  const auto from = text.substr(5, by - 5);
  hop.helo = word_at(from);
  const auto open = from.find('(');
  const auto comment = open == std::string_view::npos ? std::string_view() : from.substr(open + 1);
  hop.name = word_at(comment);
  const auto in_brackets = [&](std::string_view where) {
    for (const auto& found : find_addresses(where)) {
      const bool framed =
          found.begin > 0 && found.end < where.size() && (where[found.end] == ']' || where[found.end] == ')');
      if (framed && hop.address.empty()) hop.address = found.address;
    }
  };
  if (open != std::string_view::npos) in_brackets(from.substr(open));
  if (hop.address.empty()) in_brackets(from);
  return hop;
}

/// "reports.example" of "mx1.reports.example"; three parts below a short second level (co.jp).
std::string domain_of(std::string_view host) {
  const auto last = host.rfind('.');
  if (last == std::string_view::npos || last == 0) return {};
  auto begin = host.rfind('.', last - 1);
  const auto second = host.substr(begin == std::string_view::npos ? 0 : begin + 1,
                                  last - (begin == std::string_view::npos ? 0 : begin + 1));
  if (host.size() - last == 3 && second.size() <= 3 && begin != std::string_view::npos && begin > 0)
    begin = host.rfind('.', begin - 1);
  return std::string(host.substr(begin == std::string_view::npos ? 0 : begin + 1));
}

bool stays_inside(const Hop& hop) {
  if (!hop.has_from) return true;
  const auto domain = domain_of(hop.by);
  return !domain.empty() && domain_of(hop.name) == domain;
}

}  // namespace

std::optional<std::string> handed_over_by(const std::vector<std::string>& received,
                                          const net::Networks& ours) {
  std::string inside;
  for (std::size_t i = 0; i < std::min(received.size(), kHopsMax); ++i) {
    const auto hop = read_hop(received[i]);
    const auto domain = domain_of(hop.by);
    if (domain.empty() || (!inside.empty() && domain != inside)) return std::nullopt;
    inside = domain;
    const bool from_ours = !hop.address.empty() && !ours.empty() && may_hold(ours, hop.address);
    if (stays_inside(hop) && !from_ours) continue;
    if (hop.address.empty() || !may_hold(ours, hop.address)) return std::nullopt;
    return hop.address;
  }
  return std::nullopt;
}

}  // namespace rescue::complaint
