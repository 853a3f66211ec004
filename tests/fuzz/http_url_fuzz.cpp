#include <cstdlib>

#include "fuzz_input.hpp"
#include "rescue/net/address.hpp"
#include "rescue/net/url.hpp"

using namespace rescue;  // NOLINT(google-build-using-namespace): a program of one function

void fuzz_one(std::string_view input) {
  const auto url = net::parse_http_url(input);
  if (!url) return;
  // What it was taken apart to reads the same again.
  const auto again = net::parse_http_url((url->tls ? "https://" : "http://") + url->authority + url->target);
  if (!again || again->host != url->host || again->port != url->port || again->target != url->target)
    std::abort();
  if (url->host_is_address != net::parse_address(url->host).has_value()) std::abort();
}
