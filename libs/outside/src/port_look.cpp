#include "connection.hpp"
#include "line_reader.hpp"
#include "looks.hpp"

namespace rescue::outside {
namespace {

constexpr std::size_t kBannerBytesMax = 256;

}  // namespace

Look look_at_port(const Place& place) {
  const auto port = static_cast<int>(place.complaint.port.value_or(0));
  place.transcript.note("connecting to " + described(place.address, port));
  auto connection = Connection::open(place.address, port, place.options,
                                     deadline(place.options.limits.connect, place.until));
  if (!connection) {
    place.transcript.note(connection.error().text);
    return no_connection(connection.error(), port);
  }
  LineReader lines(**connection, kBannerBytesMax);
  const auto banner = lines.some(kBannerBytesMax, deadline(place.options.limits.banner, place.until));
  Look out{.answer = Answer::kConfirmed, .why = "the port is open", .port = port};
  if (banner) {
    place.transcript.server(*banner);
    out.seen["banner"] = escaped(*banner, kBannerBytesMax);
    out.why += " and greets with \"" + escaped(*banner, 80) + "\"";
  } else {
    place.transcript.note("it says nothing by itself: " + banner.error().text);
  }
  return out;
}

}  // namespace rescue::outside
