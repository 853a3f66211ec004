// Does the server still serve the page that is complained of? One GET for it, at the server under contract
// whatever the name in the URL leads to, and no further than there.
#include "connection.hpp"
#include "http_answer.hpp"
#include "looks.hpp"
#include "rescue/base/sha256.hpp"
#include "rescue/net/url.hpp"
#include "tls.hpp"

namespace rescue::outside {
namespace {

/// As browsers do it, so that a page made for their users is shown to us too.
constexpr std::string_view kUserAgent = "Mozilla/5.0 (X11; Linux x86_64) rescue-check";

Got<std::unique_ptr<Stream>> connect(const Place& place, const net::HttpUrl& url) {
  place.transcript.note("connecting to " + described(place.address, url.port) + " for " + url.authority);
  auto connection = Connection::open(place.address, url.port, place.options,
                                     deadline(place.options.limits.connect, place.until));
  if (!connection) return tl::unexpected<Trouble>(connection.error());
  if (!url.tls) return std::unique_ptr<Stream>(*std::move(connection));
  return start_tls(*std::move(connection), url.host, url.host_is_address, place.transcript,
                   deadline(place.options.limits.step, place.until));
}

Got<HttpAnswer> get(const Place& place, const net::HttpUrl& url) {
  auto stream = connect(place, url);
  if (!stream) return tl::unexpected<Trouble>(stream.error());
  std::string request;
  const auto add = [&](const std::string& line) {
    place.transcript.us(line);
    request += line + "\r\n";
  };
  add("GET " + url.target + " HTTP/1.1");
  add("Host: " + url.authority);
  add("User-Agent: " + std::string(kUserAgent));
  add("Accept: */*");
  add("Accept-Encoding: identity");
  add("Connection: close");
  const auto until = deadline(place.options.limits.step, place.until);
  if (auto sent = (*stream)->write_all(request + "\r\n", until); !sent)
    return tl::unexpected<Trouble>(sent.error());
  LineReader lines(**stream, place.options.limits.bytes);
  return read_http_answer(lines, place.transcript, place.options.limits, until);
}

std::string header(const HttpAnswer& answer, const char* name) {
  const auto at = answer.headers.find(name);
  return at == answer.headers.end() ? "" : at->second;
}

/// Where a redirect leads, if it stays at this host; it may only be another path, or the other of http and
/// https.
std::optional<net::HttpUrl> same_host(const net::HttpUrl& from, const std::string& location) {
  const bool path = location.starts_with('/') && !location.starts_with("//");
  auto to =
      net::parse_http_url(path ? (from.tls ? "https://" : "http://") + from.authority + location : location);
  if (!to || to->host != from.host) return std::nullopt;
  return *std::move(to);
}

std::string judged_text(const HttpAnswer& answer, const std::string& title) {
  const auto status = std::to_string(answer.status);
  if (answer.status >= 200 && answer.status < 300) {
    return "it serves the URL: " + status + ", " + std::to_string(answer.body.size()) + " bytes" +
           (answer.whole ? "" : " and more") + (title.empty() ? "" : ", titled \"" + title + "\"");
  }
  if (answer.status >= 300 && answer.status < 400) {
    return "it answers " + status + " and redirects to " + escaped(header(answer, "location"), 200) +
           ", which is not gone after";
  }
  return "it answers " + status + " and does not serve the page";
}

Look judged(const Place& place, const net::HttpUrl& url, const HttpAnswer& answer) {
  const auto title = title_of(answer.body);
  const auto sha256 = sha256_hex(answer.body);
  place.transcript.note("body: " + std::to_string(answer.body.size()) + " bytes" +
                        (answer.whole ? "" : ", not all of it") + ", SHA-256 " + sha256 +
                        (title.empty() ? "" : ", title: ") + title);
  Look out{.port = url.port};
  const bool served = answer.status >= 200 && answer.status < 300;
  out.answer = served ? Answer::kConfirmed : Answer::kNotReproduced;
  out.why = judged_text(answer, title);
  out.seen = {{"status", answer.status},
              {"bytes", answer.body.size()},
              {"whole", answer.whole},
              {"sha256", sha256},
              {"title", title}};
  return out;
}

}  // namespace

Look look_at_url(const Place& place) {
  auto url = net::parse_http_url(place.complaint.url.value_or(""));
  if (!url) return {.answer = Answer::kNotChecked, .why = url.error().detail};
  for (int redirects = 0;; ++redirects) {
    const auto answer = get(place, *url);
    if (!answer) {
      place.transcript.note(answer.error().text);
      return no_connection(answer.error(), url->port);
    }
    const auto location = header(*answer, "location");
    const bool redirects_away = answer->status >= 300 && answer->status < 400 && !location.empty();
    auto further = redirects_away ? same_host(*url, location) : std::nullopt;
    if (!further || redirects >= place.options.redirects_max) {
      if (redirects_away) place.transcript.note("the redirect is not gone after: " + escaped(location, 200));
      return judged(place, *url, *answer);
    }
    url = *std::move(further);
  }
}

}  // namespace rescue::outside
