#include "destination.hpp"

#include <netdb.h>
#include <sys/socket.h>

#include <algorithm>
#include <future>
#include <memory>
#include <optional>
#include <thread>

#include "rescue/net/address.hpp"

namespace rescue::delivery {
namespace {

using Addresses = std::vector<std::string>;

struct ListEnd {
  void operator()(addrinfo* list) const { freeaddrinfo(list); }
};

std::string numeric(const addrinfo& found) {
  std::array<char, NI_MAXHOST> text{};
  const int fault = getnameinfo(found.ai_addr, found.ai_addrlen, text.data(),
                                static_cast<socklen_t>(text.size()), nullptr, 0, NI_NUMERICHOST);
  return fault == 0 ? text.data() : "";
}

/// The system's, in the order of RFC 6724. Also numbers in all their old forms: 0x7f.1 is 127.0.0.1.
Addresses ask_system(const std::string& host) {
  addrinfo wanted{};
  wanted.ai_socktype = SOCK_STREAM;
  addrinfo* found = nullptr;
  if (getaddrinfo(host.c_str(), nullptr, &wanted, &found) != 0) return {};
  const std::unique_ptr<addrinfo, ListEnd> owned(found);
  Addresses out;
  for (const auto* one = found; one != nullptr; one = one->ai_next) {
    auto text = numeric(*one);
    if (std::find(out.begin(), out.end(), text) == out.end()) out.push_back(std::move(text));
  }
  return out;
}

/// A resolver cannot be stopped, and whose name it is decides how long it takes: a thread of its own waits
/// for it, and is left behind when the time is over.
std::optional<Addresses> ask_in_time(const Lookup& lookup, const std::string& host, Deadline until) {
  auto promise = std::make_shared<std::promise<Addresses>>();
  auto answer = promise->get_future();
  std::thread([promise, lookup, host] {
    try {
      promise->set_value(lookup(host));
    } catch (...) {
      promise->set_exception(std::current_exception());
    }
  }).detach();
  if (answer.wait_until(until) != std::future_status::ready) return std::nullopt;
  return answer.get();
}

Destination none(const char* problem, const char* detail) {
  return {.addresses = {}, .failure = {.verdict = Verdict::kLater, .problem = problem, .detail = detail}};
}

}  // namespace

Destination find_destination(const std::string& host, const WebhookOptions& options, Deadline until) {
  auto addresses = ask_in_time(options.lookup ? options.lookup : Lookup(ask_system), host, until);
  if (!addresses) return none("timed-out", "the name was not resolved in time");
  if (addresses->empty()) return none("name-not-found", "the name leads to no address");
  if (!options.allow_private_addresses &&
      !std::all_of(addresses->begin(), addresses->end(), net::is_public_address)) {
    return none("address-not-allowed", "the name leads to an address that is not of the public internet");
  }
  return {.addresses = *std::move(addresses), .failure = {}};
}

}  // namespace rescue::delivery
