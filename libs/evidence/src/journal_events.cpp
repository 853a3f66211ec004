#include "journal_events.hpp"

#include <algorithm>
#include <charconv>
#include <map>

#include "journal_file.hpp"
#include "journal_open.hpp"
#include "journal_speakers.hpp"
#include "rescue/base/ascii.hpp"
#include "rescue/evidence/auth_message.hpp"
#include "rescue/evidence/byte_stream.hpp"
#include "rescue/evidence/mail_message.hpp"
#include "rescue/evidence/read_board.hpp"

namespace rescue::evidence {
namespace {

std::uint32_t number_of(std::string_view text) {
  std::uint32_t value = 0;
  std::from_chars(text.data(), text.data() + text.size(), value);
  return value;
}

/// One entry written as a line, in the batch's own bytes, and what its parts are.
class EntryLine {
 public:
  EntryLine(char* at, std::size_t room) : begin_(at), at_(at), end_(at + room) {}
  std::string_view add(std::string_view text) {
    const auto size = std::min(text.size(), static_cast<std::size_t>(end_ - at_));
    std::copy_n(text.begin(), size, at_);
    at_ += size;
    return {at_ - size, size};
  }
  std::string_view all() const { return {begin_, static_cast<std::size_t>(at_ - begin_)}; }

 private:
  char *begin_, *at_, *end_;
};

class JournalParser {
 public:
  JournalParser(const LogTask& task, const LogReading& how, ReadBoard* board, const EmitBatch& emit)
      : task_(task), how_(how), board_(board), emit_(emit) {
    result_.summary.path = task.file->path;
    result_.summary.role = task.role;
  }

  LogTaskResult read(OpenFile file, OpenFile to_hash) {
    if (!hash(std::move(to_hash))) {
      tell_time_is_up(0);
      return std::move(result_);
    }
    bool whole = true;
    const auto plain_bytes = file.info().size;
    JournalFile journal(task_.file->path, std::move(file), [this] { return how_.time_is_up(); });
    JournalEntry entry;
    for (std::uint64_t n = 0; whole && journal.next(entry); ++n) {
      add(entry, journal.facts());
      constexpr std::uint64_t kAskEvery = 16;  // one may take long to unpack, without new reading
      if (n % kAskEvery == 0) {
        if (board_ != nullptr) board_->beat();
        whole = !how_.time_is_up();
      }
      whole = whole && (used_ + kMostLine <= LineReader::kBlockBytes || pass_on());
    }
    whole = whole && pass_on() && !how_.time_is_up();
    journal.finish();
    result_.gaps.append(journal.gaps());
    if (!whole) tell_time_is_up(journal.position());
    auto& summary = result_.summary;
    summary.plain_bytes = plain_bytes;
    summary.lines = journal.facts().entries;
    summary.journal = std::move(journal.facts());
    const auto& path = summary.path;
    summary.journal->directory = path.substr(0, path.rfind('/'));
    summary.journal->system = base_name(path).starts_with("system");
    tell_suppressed();
    return std::move(result_);
  }

 private:
  static constexpr std::size_t kMostShort = 256;  // a name's, an address's, a path's
  static constexpr std::size_t kMostLine = JournalData::kMostValue + 16 * kMostShort;

  /// False when the time is up.
  bool hash(OpenFile file) {
    EvidenceStream stream(task_.file->path, std::move(file));
    const bool whole = stream.finish([this] { return how_.time_is_up(); });
    result_.summary.sha256 = stream.sha256();
    result_.summary.stored_bytes = stream.stored_bytes();
    if (stream.gap()) result_.gaps.push_back(*stream.gap());
    return whole;
  }

  void add(const JournalEntry& entry, JournalFacts& facts) {
    result_.summary.period.include(entry.time);
    if (how_.since && entry.time < *how_.since) return;
    if (!batch_.block.bytes) {
      constexpr std::size_t kUsual = 1024;
      batch_.events.reserve(kUsual);
      batch_.block.bytes = std::make_unique_for_overwrite<char[]>(LineReader::kBlockBytes);
    }
    auto& event = batch_.events.emplace_back();
    event.file = task_.index;
    event.time = entry.time;
    event.is_entry = true;
    event.position = entry.seqnum;
    event.offset = entry.offset;
    EntryLine line(batch_.block.bytes.get() + used_, LineReader::kBlockBytes - used_);
    const auto parts = write(entry, line, event);
    if (parts.program == "systemd-journald") note_suppressed(entry, parts.message);
    event.excerpt = line.all();
    used_ += line.all().size();
    ++result_.summary.events;
    if (is_forged(entry, parts.program)) {
      if (speaks_of_mail(parts, event, facts) || parse_auth_message(parts, event))
        facts.forged.add({entry.seqnum, entry.offset, entry.time, std::string(event.excerpt.substr(0, 400))});
      event.kind = EventKind::kOther;
      event.field_count = 0;
      event.account = event.address = {};
      return;
    }
    if (!parse_auth_message(parts, event)) {
      event.field_count = 0;
      const bool of_mail = is_of_mail_server(entry) && parse_mail_message(parts, event);
      const bool in_text = how_.text_mail_until && entry.time <= *how_.text_mail_until;
      if (of_mail && in_text) facts.mail_until = entry.time;
      if (!of_mail || in_text) {
        event.kind = EventKind::kOther;
        event.field_count = 0;
        event.account = event.address = {};
      }
    }
    event.account = event.account.substr(0, kMostShort);
    event.address = event.address.substr(0, kMostShort);
    add_trusted(event);
  }

  /// "Suppressed 4711 messages from postfix@-.service": they came faster than journald takes them
  /// (RateLimitBurst, journald.conf(5)).
  void note_suppressed(const JournalEntry& entry, std::string_view message) {
    constexpr std::size_t kMostUnits = 32;
    constexpr std::string_view kSuppressed = "Suppressed ", kFrom = " messages from ";
    const auto from = message.find(kFrom);
    if (!message.starts_with(kSuppressed) || from == message.npos ||
        base_name(entry.value(JournalField::kExe)) != "systemd-journald" ||
        entry.value(JournalField::kUid) != "0")
      return;
    const std::string unit(message.substr(from + kFrom.size(), kMostShort));
    if (suppressed_.size() >= kMostUnits && !suppressed_.contains(unit)) return;
    auto& [messages, period] = suppressed_[unit];
    messages += number_of(message.substr(kSuppressed.size()));
    period.include(entry.time);
  }

  void tell_suppressed() {
    for (const auto& [unit, what] : suppressed_) {
      auto& left_out = result_.summary.journal->mail_left_out;
      if (is_unit_of_mail(unit)) {
        left_out.include(*what.second.from);
        left_out.include(*what.second.to);
      }
      result_.gaps.push_back({.path = task_.file->path,
                              .reason = std::to_string(what.first) + " messages of " + unit +
                                        " came faster than journald takes them and were left out",
                              .prevents = "seeing and counting what these told",
                              .period = what.second});
    }
  }

  /// Whom a message that no mail server wrote speaks of is remembered.
  static bool speaks_of_mail(const SyslogLine& parts, Event& event, JournalFacts& facts) {
    if (!parse_mail_message(parts, event)) return false;
    for (const auto name : {event.account, event.address, event.field(FieldName::kScript)})
      facts.forged_mail.add(lower_ascii(name.substr(0, kMostShort)));
    const auto uid = event.field(FieldName::kUid);
    if (!uid.empty()) facts.forged_mail.add("uid " + std::string(uid));
    return true;
  }

  /// "sshd[3001]: Accepted … (_UID=0 _EXE=/usr/sbin/sshd _SYSTEMD_UNIT=ssh.service)"
  SyslogLine write(const JournalEntry& entry, EntryLine& line, Event& event) {
    const auto shortened = [&](JournalField field) {
      return std::string_view(entry.value(field)).substr(0, kMostShort);
    };
    SyslogLine parts;
    const auto identifier = shortened(JournalField::kIdentifier);
    const auto pid = shortened(JournalField::kSyslogPid);
    const auto pid_text = pid.empty() ? shortened(JournalField::kPid) : pid;
    event.process = parts.process = number_of(pid_text);
    parts.program = line.add(base_name(identifier.empty() ? shortened(JournalField::kComm) : identifier));
    event.program = parts.program;
    if (!pid_text.empty()) {
      line.add("[");
      line.add(pid_text);
      line.add("]");
    }
    line.add(": ");
    auto message = std::string_view(entry.value(JournalField::kMessage));
    while (message.starts_with(' ')) message.remove_prefix(1);
    parts.message = line.add(message);
    trusted_ = {};
    line.add(" (");
    add_named(line, "_UID=", shortened(JournalField::kUid), 0);
    add_named(line, " _EXE=", shortened(JournalField::kExe), 1);
    add_named(line, " _SYSTEMD_UNIT=", shortened(JournalField::kUnit), 2);
    add_named(line, " _HOSTNAME=", shortened(JournalField::kHostname), 3);
    line.add(")");
    event.host = parts.host = trusted_[3];
    return parts;
  }

  void add_named(EntryLine& line, std::string_view name, std::string_view value, std::size_t place) {
    if (value.empty()) return;
    line.add(name);
    trusted_[place] = line.add(value);
  }

  void add_trusted(Event& event) const {
    constexpr FieldName kNames[] = {FieldName::kSenderUid, FieldName::kExecutable, FieldName::kUnit};
    for (std::size_t i = 0; i < std::size(kNames); ++i) {
      if (!trusted_[i].empty()) event.add(kNames[i], trusted_[i]);
    }
  }

  bool pass_on() {
    used_ = 0;
    auto batch = std::exchange(batch_, EventBatch{});
    return batch.events.empty() || emit_(batch);
  }

  void tell_time_is_up(std::uint64_t offset) {
    result_.gaps.push_back({.path = task_.file->path,
                            .offset = offset,
                            .reason = "the time limit was reached; the rest was not read",
                            .prevents = "what this log would have told",
                            .grave = true});
  }

  const LogTask& task_;
  const LogReading& how_;
  ReadBoard* board_;
  const EmitBatch& emit_;
  LogTaskResult result_;
  EventBatch batch_;
  std::size_t used_ = 0;
  std::array<std::string_view, 4> trusted_{};
  std::map<std::string, std::pair<std::uint64_t, Period>> suppressed_;  // by unit
};

}  // namespace

LogTaskResult parse_journal(const SafeRoot& root, const LogTask& task, const LogReading& how,
                            const EmitBatch& emit) {
  auto journal = open_journal(root, task.file->path, [&] { return how.time_is_up(); });
  auto to_hash = root.open_file(task.file->path);
  if (journal && to_hash) {
    auto read =
        JournalParser(task, how, root.board(), emit).read(std::move(journal->file), *std::move(to_hash));
    if (journal->gap) read.gaps.push_back(*std::move(journal->gap));
    return read;
  }
  LogTaskResult result;
  result.summary.path = task.file->path;
  result.summary.role = task.role;
  result.gaps.push_back({.path = task.file->path,
                         .reason = (journal ? to_hash.error() : journal.error()).detail,
                         .prevents = "what this log would have told",
                         .grave = true});
  return result;
}

}  // namespace rescue::evidence
