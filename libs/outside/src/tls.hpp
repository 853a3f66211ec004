#pragma once

#include <memory>

#include "connection.hpp"

namespace rescue::outside {

/// TLS over a connection. The certificate is not required to be good: whose it is, and what is wrong with it,
/// is told in the transcript. Old versions are spoken too, as old servers do.
Got<std::unique_ptr<Stream>> start_tls(std::unique_ptr<Connection> connection, const std::string& host,
                                       bool host_is_address, Transcript& transcript, SteadyTime until);

}  // namespace rescue::outside
