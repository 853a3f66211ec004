#pragma once

#include <sys/types.h>

#include <set>
#include <string>
#include <vector>

#include "rescue/base/json.hpp"
#include "rescue/evidence/live_sockets.hpp"
#include "rescue/recovery/server_files.hpp"
#include "rescue/recovery/step.hpp"

namespace rescue::recovery {

/// Ends what `action.ends` names, and tells which: [{"pid", "name"}].
/// - "of-user": mail and log-in sessions of the user with the id `of`, nothing else of theirs, never root's.
/// - "with-script": what runs the script `of`, never root's.
/// - "smtp-sessions": the connections from outside that the mail server's processes have; the processes go on
///   where the kernel can do that (connections.hpp), else they end.
Json end_processes(const ServerFiles& files, const Action& action);

/// "smtp-sessions" without the end of any smtpd. kUnavailable ("target-unavailable") where a session goes on.
Result<Json> end_smtp_connections(const ServerFiles& files);

/// Tells exim's daemons to read their settings (SIGHUP): what listens and is exim's own program, wherever its
/// pid file lies. Which, as end_processes() does. kUnavailable ("target-unavailable") where one listens under
/// exim's name and none could be told: it goes on with the old ones.
Result<Json> reload_exim(const ServerFiles& files);

/// The TCP sockets that listen.
std::vector<evidence::LiveSocket> listening_sockets(const ServerFiles& files);

/// The users that this process was reached by: who logged in (/proc/self/loginuid, proc(5)) and whose the
/// processes above it are. Without root.
std::set<uid_t> users_above(const ServerFiles& files);

/// The command lines of the processes of this name that run as this one does: root's.
std::vector<std::vector<std::string>> command_lines(const ServerFiles& files, std::string_view name);

}  // namespace rescue::recovery
