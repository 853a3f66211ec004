#pragma once

#include <array>
#include <cstdint>
#include <deque>
#include <string>
#include <string_view>
#include <vector>

#include "rescue/base/clock.hpp"
#include "rescue/evidence/line_reader.hpp"

namespace rescue::evidence {

enum class EventKind : std::uint8_t {
  kLoginFailed,    ///< one or more (field kRepeat) refused log-ins
  kLoginAccepted,  ///< sshd let somebody in
  kSessionOpened,
  kSessionClosed,
  kSudo,
  kSu,
  kAccountAdded,
  kAccountChanged,  ///< password, groups, shell
  kAccountRemoved,
  kCronRun,
  kCronEdited,
  kHttpRequest,
  kRecordLogin,   ///< wtmp USER_PROCESS
  kRecordLogout,  ///< wtmp DEAD_PROCESS
  kRecordBoot,
  kRecordFailed,   ///< btmp
  kRecordDamaged,  ///< zeroed or impossible record
  kMailAccepted,   ///< a message came in: kQueueId; account (log-in), address, kUid where told
  kMailQueued,     ///< its sender and number of recipients
  kMailDelivered,  ///< one recipient's delivery was tried; kStatus sent, deferred, bounced
  kMailDone,       ///< it left the queue
  kMailRejected,
  kMailScript,          ///< a script sent mail: kScript
  kServiceLogin,        ///< to mail, FTP, a data base, webmail: kService
  kServiceLoginFailed,  ///< likewise
  kCommandRun,          ///< kCommand, as audit or a history of commands tells; kService says which
  kPackageChanged,      ///< kAction, kTarget: as dpkg, yum and dnf tell
  kWebError,            ///< an error log of a web server: address, kTarget the message
  kOther,               ///< a dated line that no parser knows: keeps the period and holes visible
};
std::string_view to_string(EventKind kind);

enum class TimePrecision : std::uint8_t {
  kExact,         ///< with year and offset, as logged
  kYearInferred,  ///< RFC 3164: the year comes from the file's date and rotation, the offset from the zone
  kUnknown,       ///< no time at all: a history without times
};

enum class FieldName : std::uint8_t {
  kMethod,       ///< password, publickey, keyboard-interactive/pam; HTTP method
  kKey,          ///< "SHA256:…"
  kService,      ///< sshd, sudo, su, cron (PAM service)
  kInvalidUser,  ///< "1": no such account
  kRepeat,       ///< how many times
  kCommand,
  kTarget,  ///< su/sudo: the account become; HTTP: the request target as logged
  kTerminal,
  kAction,  ///< crontab: REPLACE, LIST, DELETE, BEGIN EDIT …; account: what was done
  kStatus,  ///< HTTP
  kSize,
  kReferrer,
  kAgent,
  kUid,
  kQueueId,
  kSender,          ///< envelope sender, "" for bounces
  kRecipient,       ///< envelope recipient
  kForwardOf,       ///< the address of this server that stood for the recipient
  kRecipientCount,  ///< decimal
  kScript,          ///< path or name of a program file
  kSenderUid,       ///< journal: _UID, as the kernel told it to journald
  kExecutable,      ///< journal: _EXE, likewise
  kUnit,            ///< journal: _SYSTEMD_UNIT, likewise
  kRecords,         ///< audit, where asked for: its records as logged, each "<line number> <line>\n"
};

/// One thing that happened, as one source tells it. All views point into the batch that owns it and die with
/// it: who keeps something copies it.
struct Event {
  Timestamp time{};
  EventKind kind = EventKind::kOther;
  TimePrecision precision = TimePrecision::kExact;
  bool is_record = false;  ///< `position` is a record number (from 0), else a line (from 1)
  bool is_entry = false;   ///< `position` is a journal entry's sequence number, `offset` its object's place
  std::uint8_t field_count = 0;
  std::uint16_t port = 0;
  std::uint32_t process = 0;  ///< pid, 0: unknown
  std::uint32_t file = 0;     ///< index into the table of log files
  std::uint64_t position = 0;
  std::uint64_t offset = 0;  ///< in the decompressed content
  std::string_view host;
  std::string_view program;
  std::string_view account;
  std::string_view address;
  std::string_view excerpt;  ///< the raw line

  struct Field {
    FieldName name{};
    std::string_view value;
  };
  static constexpr std::size_t kMaxFields = 8;
  std::array<Field, kMaxFields> fields{};

  /// As new, but the fields' room is left as it is: emptying it would be most of the work of a short line.
  void renew() {
    time = {};
    kind = EventKind::kOther;
    precision = TimePrecision::kExact;
    is_record = is_entry = false;
    field_count = 0;
    port = 0;
    process = file = 0;
    position = offset = 0;
    host = program = account = address = excerpt = {};
  }
  /// The first field of that name, or an empty view.
  std::string_view field(FieldName name) const {
    for (std::uint8_t i = 0; i < field_count; ++i) {
      if (fields[i].name == name) return fields[i].value;
    }
    return {};
  }
  void add(FieldName name, std::string_view value) {
    if (field_count < kMaxFields) fields[field_count++] = {name, value};
  }
};

/// Events of one file, in its order, with the bytes they point to. Move-only.
struct EventBatch {
  LineBlock block;
  std::deque<std::string> texts;  ///< made-up texts (formatted records) that events point to
  std::vector<Event> events;

  std::string_view keep(std::string text) { return texts.emplace_back(std::move(text)); }
};

}  // namespace rescue::evidence
