#pragma once

#include <string>
#include <string_view>

#include "rescue/recovery/queue_message.hpp"

namespace rescue::recovery {

/// What else a queue file of Sendmail says.
struct SendmailFlags {
  bool quarantined = false;
  bool own_bounce = false;      ///< made here: its content repeats the message that it is about
  bool data_elsewhere = false;  ///< its content lies in another queue's folder
};

/// Reads a whole "qf" (or "hf") file of Sendmail, `id` excepted: a line begins with the letter of what it is,
/// goes on where the next begins with a space or tab, and "." is the last (Sendmail Installation and
/// Operation Guide, B.2; sendmail/queue.c, readqf). Who connected is the last address in brackets of `$_`.
/// Who logged in is in ${auth_authen}, where the server keeps that; else the Received line that the server
/// itself wrote says that somebody did, and of some servers who. False where it is none or breaks off:
/// nothing in `out` can be relied on then.
bool read_sendmail_queue_file(std::string_view bytes, QueueMessage& out, SendmailFlags& flags);

/// The file with the line that says that it is quarantined by us since `seconds`, where sendmail -Q puts it;
/// without that very line. Empty where it is no queue file; as it is where it is quarantined already, where
/// it is not since then.
std::string with_quarantine_line(std::string_view bytes, std::int64_t seconds);
std::string without_quarantine_line(std::string_view bytes, std::int64_t seconds);

/// "6AQCHI7w000100": eight letters or digits for the time, and the process, since 8.10.
bool is_sendmail_id(std::string_view name);

}  // namespace rescue::recovery
