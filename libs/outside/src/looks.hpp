#pragma once

#include "stream.hpp"
#include "transcript.hpp"

namespace rescue::outside {

/// One look at one address: what the looks of each kind have in common. Borrowed for the call.
struct Place {
  const incident::Complaint& complaint;
  const net::Address& address;
  const Options& options;
  SteadyTime until;
  Transcript& transcript;
};

/// What a look came to.
struct Look {
  Answer answer = Answer::kUnreachable;
  std::string why = {};
  int port = 0;
  Json seen = Json::object();
};

// Each in its own file.
Look look_for_relay(const Place& place);
Look look_at_url(const Place& place);
Look look_at_port(const Place& place);

/// What a connection that did not come about means: refused is an answer, silence none.
Look no_connection(const Trouble& why, int port);
/// "192.0.2.10 port 25"
std::string described(const net::Address& address, int port);

}  // namespace rescue::outside
