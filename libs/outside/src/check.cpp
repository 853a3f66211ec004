#include "rescue/outside/check.hpp"

#include <algorithm>

#include "looks.hpp"
#include "rescue/net/url.hpp"

namespace rescue::outside {
namespace {

using std::chrono::steady_clock;

/// A server's further addresses are looked at until one shows it, up to so many.
constexpr std::size_t kAddressesMax = 4;
constexpr std::size_t kWhyBytesMax = 600;

using LookAt = Look (*)(const Place&);

/// The look that fits, or why none does.
tl::expected<LookAt, std::string> fitting(const incident::Complaint& complaint) {
  if (complaint.kind == "open_relay" || complaint.kind == "spam") return look_for_relay;
  if (complaint.kind == "phishing_url" || complaint.kind == "malware_url") return look_at_url;
  if (complaint.kind != "open_port") {
    return tl::unexpected<std::string>("nothing of this kind can be seen from outside");
  }
  if (complaint.protocol == "udp") {
    return tl::unexpected<std::string>("whether a UDP port is open cannot be told from outside");
  }
  return look_at_port;
}

/// A URL that names an address means this one and no other.
std::optional<net::Address> address_named(const incident::Complaint& complaint) {
  const auto look_at = fitting(complaint);
  if (!look_at || *look_at != look_at_url) return std::nullopt;
  const auto url = net::parse_http_url(complaint.url.value_or(""));
  return url && url->host_is_address ? net::parse_address(url->host) : std::nullopt;
}

/// Those of the addresses that may be gone to; where none may, why not.
tl::expected<std::vector<net::Address>, std::string> targets(const incident::Complaint& complaint,
                                                             const std::vector<std::string>& addresses,
                                                             const Options& options) {
  if (addresses.empty()) {
    return tl::unexpected<std::string>("the server's address is not known, or may be somebody else's by now");
  }
  std::vector<net::Address> out;
  std::string why;
  for (const auto& text : addresses) {
    const auto address = net::parse_address(text);
    if (address && (net::is_public(*address) || options.allow.contains(*address))) {
      out.push_back(*address);
    } else if (why.empty()) {
      why = escaped(text, 64) + " is not of the public internet and not allowed by outside.allow";
    }
  }
  if (const auto named = address_named(complaint)) {
    std::erase_if(out, [&](const net::Address& address) { return address != *named; });
    if (why.empty()) why = "the URL's address " + net::to_text(*named) + " is not the server's";
  }
  if (out.empty()) return tl::unexpected<std::string>(std::move(why));
  if (out.size() > kAddressesMax) out.resize(kAddressesMax);
  return out;
}

}  // namespace

Look no_connection(const Trouble& why, int port) {
  Look out{.port = port};
  out.why = why.text;
  switch (why.kind) {
    case Trouble::Kind::kRefused:
      out.answer = Answer::kNotReproduced;
      out.why = "nobody listens at port " + std::to_string(port);
      break;
    case Trouble::Kind::kSilent:
      out.answer = Answer::kUnreachable;
      break;
    case Trouble::Kind::kStopped:
      out.answer = Answer::kNotChecked;
      break;
    case Trouble::Kind::kLost:
    case Trouble::Kind::kTooMuch:
    case Trouble::Kind::kTls:
      out.answer = Answer::kNotReproduced;
      break;
  }
  return out;
}

std::string described(const net::Address& address, int port) {
  return net::to_text(address) + " port " + std::to_string(port);
}

std::string_view to_string(Answer answer) {
  switch (answer) {
    case Answer::kConfirmed:
      return "confirmed";
    case Answer::kNotReproduced:
      return "not_reproduced";
    case Answer::kUnreachable:
      return "unreachable";
    case Answer::kNotChecked:
      return "not_checked";
  }
  return "not_checked";
}

Check check_complaint(const incident::Complaint& complaint, const std::vector<std::string>& addresses,
                      const Options& options, const Clock& clock) {
  Check out{.complaint = complaint};
  const auto look_at = fitting(complaint);
  if (!look_at) {
    out.why = look_at.error();
    return out;
  }
  const auto allowed = targets(complaint, addresses, options);
  if (!allowed) {
    out.why = allowed.error();
    return out;
  }
  Transcript transcript(clock);
  const auto until = deadline(options.limits.whole, options.until);
  out.why = "there was no time left for it";
  for (std::size_t i = 0; i < allowed->size() && out.answer != Answer::kConfirmed; ++i) {
    if (steady_clock::now() >= until) break;
    const auto& address = (*allowed)[i];
    auto look = (*look_at)({complaint, address, options, until, transcript});
    if (i > 0 && look.answer >= out.answer) continue;
    out.answer = look.answer;
    out.why = look.why.substr(0, kWhyBytesMax);
    out.address = net::to_text(address);
    out.port = look.port;
    out.seen = std::move(look.seen);
  }
  out.transcript = transcript.take();
  return out;
}

Json to_summary(const Check& check) {
  Json out{{"complaint", incident::to_json(check.complaint)},
           {"answer", to_string(check.answer)},
           {"why", check.why},
           {"seen", check.seen}};
  if (!check.address.empty()) out["address"] = check.address;
  if (check.port != 0) out["port"] = check.port;
  return out;
}

Json to_json(const Check& check) {
  static constexpr std::string_view kFrom[] = {"us", "server", "note"};
  Json out = to_summary(check);
  out["transcript"] = Json::array();
  for (const auto& line : check.transcript) {
    out["transcript"].push_back({{"at", format_rfc3339(line.at)},
                                 {"from", kFrom[static_cast<std::size_t>(line.from)]},
                                 {"text", line.text}});
  }
  return out;
}

Answer overall(const std::vector<Check>& checks) {
  Answer best = Answer::kNotChecked;
  for (const auto& check : checks) best = std::min(best, check.answer);
  return best;
}

}  // namespace rescue::outside
