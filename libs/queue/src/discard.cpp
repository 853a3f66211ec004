#include "rescue/queue/discard.hpp"

#include "connection.hpp"
#include "keys.hpp"

namespace rescue::queue {
namespace {

/// How many entries one call takes out: a script holds up Redis while it runs.
constexpr std::string_view kEntriesPerCall = "200";
constexpr std::string_view kTakeOut =
    "local entries = redis.call('XRANGE', KEYS[1], '-', '+', 'COUNT', ARGV[1])"
    " for _, entry in ipairs(entries) do redis.call('XDEL', KEYS[1], entry[1]) end"
    " return #entries";

}  // namespace

Result<std::int64_t> discard(const RedisOptions& options, const std::string& service) {
  Connection connection(options);
  Script take_out{kTakeOut, {}};
  const std::string stream = stream_key(service);
  std::int64_t discarded = 0;
  while (true) {
    RESCUE_ASSIGN(const Reply taken, connection.run_script(take_out, {"1", stream, kEntriesPerCall}));
    if (taken.is_error()) return refused(taken);
    if (taken.integer() == 0) break;
    discarded += taken.integer();
  }
  // The group knows who was given what; the service makes a new one. An error: there is no stream.
  RESCUE_TRY(connection.run({"XGROUP", "DESTROY", stream, kGroup}));
  RESCUE_ASSIGN(const Reply set, connection.run({"SET", mark_key(service), ""}));
  if (set.is_error()) return refused(set);
  return discarded;
}

}  // namespace rescue::queue
