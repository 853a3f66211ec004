#include "sentinel.hpp"

#include <algorithm>
#include <charconv>

#include "connection.hpp"

namespace rescue::queue {
namespace {

Result<Address> ask(const Address& sentinel, const RedisOptions& options) {
  RedisOptions at;
  at.host = sentinel.host;
  at.port = sentinel.port;
  at.user = options.sentinel_user;
  at.password = options.sentinel_password;
  at.connect_timeout = options.sentinel_timeout;
  at.command_timeout = options.sentinel_timeout;
  RESCUE_ASSIGN(const Reply reply,
                Connection(at).run({"SENTINEL", "GET-MASTER-ADDR-BY-NAME", options.master_name}));
  if (reply.is_error()) return refused(reply);
  const std::string_view port = reply.at(1).text();
  Address master{std::string(reply.at(0).text())};
  std::from_chars(port.data(), port.data() + port.size(), master.port);
  if (master.host.empty() || master.port == 0) {
    return fail(ErrorCode::kUnavailable, "redis-unavailable", "it knows no master " + options.master_name);
  }
  return master;
}

}  // namespace

Result<Address> find_master(RedisOptions& options) {
  std::string answers;
  for (auto it = options.sentinels.begin(); it != options.sentinels.end(); ++it) {
    auto master = ask(*it, options);
    if (master) {
      std::rotate(options.sentinels.begin(), it, it + 1);
      return master;
    }
    answers += "; sentinel " + it->host + ":" + std::to_string(it->port) + ": " + master.error().detail;
  }
  return fail(ErrorCode::kUnavailable, "redis-unavailable", "no sentinel knows where Redis is" + answers);
}

}  // namespace rescue::queue
