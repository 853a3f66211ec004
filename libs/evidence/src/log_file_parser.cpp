#include "log_file_parser.hpp"

#include <algorithm>

#include "apt_history.hpp"
#include "audit_log.hpp"
#include "command_history.hpp"
#include "journal_events.hpp"
#include "rescue/evidence/access_log.hpp"
#include "rescue/evidence/auth_message.hpp"
#include "rescue/evidence/login_records.hpp"
#include "rescue/evidence/mail_message.hpp"
#include "rescue/evidence/service_line.hpp"
#include "rescue/evidence/syslog.hpp"

namespace rescue::evidence {
namespace {

constexpr std::string_view kPrevents = "what this log would have told";

/// Keeps the longest stretches between lines. Lines that go back in time end none.
class SilenceWatch {
 public:
  void before(const Event& event, std::vector<Silence>& longest) {
    constexpr std::size_t kMost = 8;
    constexpr auto kShortest = std::chrono::minutes(10);
    if (last_ && event.time - *last_ >= kShortest) {
      const Silence silence{*last_, event.time, event.position};
      const auto shorter = [&](const Silence& s) { return s.length() < silence.length(); };
      longest.insert(std::find_if(longest.begin(), longest.end(), shorter), silence);
      if (longest.size() > kMost) longest.pop_back();
    }
    if (!last_ || event.time > *last_) last_ = event.time;
  }

 private:
  std::optional<Timestamp> last_;
};

/// Reads one file: the stream, what has been seen, and the gaps that result.
class LogFileParser {
 public:
  LogFileParser(const LogTask& task, int first_year, const TimeZone& zone, const LogReading& how,
                const EmitBatch& emit)
      : task_(task),
        how_(how),
        emit_(emit),
        zone_(zone),
        clock_(first_year, zone),
        audit_(how.audit_records) {
    result_.summary.path = task.file->path;
    result_.summary.role = task.role;
    result_.summary.silences_known = task.format == LogFormat::kSyslog;
  }

  LogTaskResult read(OpenFile file) {
    EvidenceStream stream(task_.file->path, std::move(file));
    const bool records =
        task_.format == LogFormat::kLoginRecords || task_.format == LogFormat::kFailedRecords;
    bool whole = records ? read_records(stream) : read_lines(stream);
    whole = whole && stream.finish([this] { return how_.time_is_up(); });
    auto& summary = result_.summary;
    summary.sha256 = stream.sha256();
    summary.stored_bytes = stream.stored_bytes();
    summary.plain_bytes = stream.plain_bytes();
    if (stream.gap()) result_.gaps.push_back(*stream.gap());
    if (!whole) add_gap(stream.plain_bytes(), "the time limit was reached; the rest was not read", 0, true);
    return std::move(result_);
  }

 private:
  bool read_lines(EvidenceStream& stream) {
    TimedStream timed(stream, [this] { return how_.time_is_up(); });
    LineReader reader(timed);
    EventBatch batch;
    bool whole = true;
    while (whole && reader.next(batch.block)) {
      if (timed.cut())
        break;  // the block may end in the middle of a line, and half an address is another one
      parse_block(batch);
      result_.summary.lines = reader.lines();
      if (task_.format == LogFormat::kAudit) take_records(batch);
      whole = pass_on(batch);
      batch.events.clear();
      batch.texts.clear();
    }
    if (task_.format == LogFormat::kAudit && whole) whole = pass_rest();
    whole = whole && !timed.cut();
    if (whole) check_years();
    if (reader.cut_lines() > 0) {
      add_gap(reader.first_cut_offset(),
              std::to_string(reader.cut_lines()) + " line(s) longer than the limit were cut");
    }
    if (undated_ > 0) {
      const bool last_only =
          whole && undated_ == 1 && first_undated_ == reader.lines() && reader.ends_unfinished();
      const bool strange = is_strange(reader.lines());
      add_gap(first_undated_offset_,
              last_only && !strange
                  ? "the last line is cut off"
                  : std::to_string(undated_) + (strange ? " line(s), which is most of it," : " line(s)") +
                        " not of this log's form, the first is line " + std::to_string(first_undated_),
              0, strange);
    }
    return whole;
  }

  /// An access log in a form of its own: who called what was not seen. Red Hat's ssl_request_log tells of
  /// requests that ssl_access_log has, too.
  bool is_strange(std::uint64_t lines) const {
    return task_.format == LogFormat::kAccess && undated_ * 2 > lines &&
           task_.file->path.find("/ssl_request") == std::string::npos;
  }

  /// The years were found from a part of the lines: all of them must bear it out.
  void check_years() {
    const auto year = clock_.year();
    const auto expected = task_.years->last_year(task_.place);
    if (!year || !expected || *year == *expected) return;
    add_gap(0, "its lines are dated so oddly that their years are not certain", 0, true);
  }

  /// What records of several lines still hold back at the end.
  bool pass_rest() {
    EventBatch batch;
    audit_.finish(batch);
    take_records(batch);
    return batch.events.empty() || pass_on(batch);
  }

  /// Events that were not added line by line.
  void take_records(EventBatch& batch) {
    drop_old(batch);
    for (auto& event : batch.events) event.file = task_.index;
    tell_of_all(batch);
  }

  void drop_old(EventBatch& batch) const {
    if (!how_.since) return;
    // When a damaged record was written nobody knows.
    std::erase_if(batch.events, [&](const Event& e) {
      return e.time < *how_.since && e.kind != EventKind::kRecordDamaged;
    });
  }

  void parse_block(EventBatch& batch) {
    auto rest = batch.block.text;
    auto number = batch.block.first_line;
    const char* const begin = rest.data();
    const auto before = batch.block.offset;
    if (task_.format == LogFormat::kAccess) batch.events.reserve(rest.size() / 96);
    while (!rest.empty()) {
      const auto line = take_line(rest);
      const auto offset = before + static_cast<std::uint64_t>(line.data() - begin);
      add_line(line, number++, offset, batch);
    }
    if (spare_) batch.events.pop_back();
    spare_ = false;
  }

  void add_line(std::string_view line, std::uint64_t number, std::uint64_t offset, EventBatch& batch) {
    if (line.ends_with('\r')) line.remove_suffix(1);
    if (line.empty()) return;
    if (task_.format == LogFormat::kAudit) {
      if (!audit_.add(line, number, offset, batch)) note_undated(number, offset);
      return;
    }
    auto& event = next_event(batch);
    event.file = task_.index;
    event.position = number;
    event.offset = offset;
    event.excerpt = line;
    if (!fill(line, event)) {
      // Services write messages of several lines, histories their times in lines of their own.
      if (has_lines_of_its_own()) note_undated(number, offset);
      return;
    }
    if (how_.since && event.time < *how_.since) return;  // also what has no time
    tell_of(event);
    if (event.kind == EventKind::kOther && !how_.others) return;
    if (task_.format == LogFormat::kAptHistory) event.account = batch.keep(std::string(event.account));
    cut_names(event);
    spare_ = false;
  }

  /// The batch's last event, which stays there for the next line where this one has nothing to tell.
  Event& next_event(EventBatch& batch) {
    if (spare_) {
      batch.events.back().renew();
    } else {
      batch.events.emplace_back();
    }
    spare_ = true;
    return batch.events.back();
  }

  /// Where each line must have this log's form.
  bool has_lines_of_its_own() const {
    return task_.format != LogFormat::kService && task_.format != LogFormat::kHistory &&
           task_.format != LogFormat::kAptHistory;
  }

  void note_undated(std::uint64_t number, std::uint64_t offset) {
    if (undated_++ != 0) return;
    first_undated_ = number;
    first_undated_offset_ = offset;
  }

  /// False where the line has no date of this log's form. A new format is one line here.
  bool fill(std::string_view line, Event& event) {
    switch (task_.format) {
      case LogFormat::kAccess:
        return access_.parse(line, event);
      case LogFormat::kExim:
        return parse_exim_line(line, zone_, event);
      case LogFormat::kPhpMail:
        return parse_php_mail_line(line, zone_, event);
      case LogFormat::kService:
        return fill_service(line, event);
      case LogFormat::kHistory:
        return history_.add(line, event);
      case LogFormat::kAptHistory:
        return apt_.add(line, event);
      default:
        return fill_syslog(line, event);
    }
  }

  /// What programs of a web server write goes into its error log as it is: it happened after the line before.
  bool fill_service(std::string_view line, Event& event) {
    if (parse_service_line(line, zone_, event)) {
      last_time_ = event.time;
      return true;
    }
    if (!last_time_ || !is_word_of_command(line)) return false;
    event.kind = EventKind::kWebError;
    event.time = *last_time_;
    event.precision = TimePrecision::kUnknown;
    event.field_count = 0;
    event.add(FieldName::kService, "stderr");
    event.add(FieldName::kTarget, line);
    return true;
  }

  /// Who keeps a name for long need not fear a line of names.
  static void cut_names(Event& event) {
    constexpr std::size_t kMostNameBytes = 256;  // useradd(8) and RFC 1035 allow no longer one
    event.account = event.account.substr(0, kMostNameBytes);
    event.address = event.address.substr(0, kMostNameBytes);
  }

  bool fill_syslog(std::string_view line, Event& event) {
    const auto parts = parse_syslog_line(line);
    if (!parts) return false;
    event.time = clock_.moment_of(*parts);
    event.precision = parts->has_year ? TimePrecision::kExact : TimePrecision::kYearInferred;
    event.host = parts->host;
    event.program = parts->program;
    event.process = parts->process;
    if (parse_auth_message(*parts, event)) return true;
    event.field_count = 0;
    if (!parse_mail_message(*parts, event)) {
      event.kind = EventKind::kOther;
      event.field_count = 0;
    }
    return true;
  }

  bool read_records(EvidenceStream& stream) {
    std::vector<char> buffer(kLoginRecordBytes * 512);
    std::size_t have = 0;
    std::uint64_t record = 0;
    for (;;) {
      const auto got = stream.read(std::span(buffer).subspan(have));
      if (!got || *got == 0) break;
      have += *got;
      const auto whole = have - have % kLoginRecordBytes;
      EventBatch batch;
      add_login_records({buffer.data(), whole}, record, task_.format == LogFormat::kFailedRecords, batch);
      // The views must not point into the buffer that is read into next.
      own_texts(batch);
      take_records(batch);
      record += whole / kLoginRecordBytes;
      std::copy(buffer.begin() + static_cast<std::ptrdiff_t>(whole),
                buffer.begin() + static_cast<std::ptrdiff_t>(have), buffer.begin());
      have -= whole;
      if (!pass_on(batch)) return false;
    }
    result_.summary.lines = record;
    if (have > 0) add_gap(record * kLoginRecordBytes, "the last record is cut off", have);
    return true;
  }

  static void own_texts(EventBatch& batch) {
    for (auto& event : batch.events) {
      event.account = batch.keep(std::string(event.account));
      event.address = batch.keep(std::string(event.address));
      for (std::uint8_t i = 0; i < event.field_count; ++i) {
        event.fields[i].value = batch.keep(std::string(event.fields[i].value));
      }
    }
  }

  void tell_of(const Event& event) {
    ++result_.summary.events;
    const bool timed = event.kind != EventKind::kRecordDamaged && event.precision != TimePrecision::kUnknown;
    if (timed) result_.summary.period.include(event.time);
    if (result_.summary.silences_known) silence_.before(event, result_.summary.silences);
  }

  void tell_of_all(const EventBatch& batch) {
    for (const auto& event : batch.events) tell_of(event);
  }

  bool pass_on(EventBatch& batch) {
    if (!emit_(batch)) return false;
    return !how_.time_is_up();
  }

  void add_gap(std::uint64_t offset, std::string reason, std::uint64_t bytes = 0, bool grave = false) {
    result_.gaps.push_back({.path = task_.file->path,
                            .offset = offset,
                            .bytes = bytes,
                            .reason = std::move(reason),
                            .prevents = std::string(kPrevents),
                            .grave = grave});
  }

  const LogTask& task_;
  const LogReading& how_;
  const EmitBatch& emit_;
  const TimeZone& zone_;
  YearClock clock_;
  SilenceWatch silence_;
  AccessLines access_;
  AuditLog audit_;
  CommandHistory history_{task_.file->path};
  AptHistory apt_{zone_};
  LogTaskResult result_;
  std::optional<Timestamp> last_time_;  // of a service's last dated line
  bool spare_ = false;                  // the batch's last event is nobody's yet
  std::uint64_t undated_ = 0, first_undated_ = 0, first_undated_offset_ = 0;
};

LogTaskResult not_read(const LogTask& task, std::string reason) {
  LogTaskResult result;
  result.summary.path = task.file->path;
  result.summary.role = task.role;
  result.gaps.push_back({.path = task.file->path,
                         .reason = std::move(reason),
                         .prevents = std::string(kPrevents),
                         .grave = true});
  return result;
}

}  // namespace

LogTaskResult parse_log_file(const SafeRoot& root, const LogTask& task, const TimeZone& zone,
                             const LogReading& how, const EmitBatch& emit) {
  if (task.format == LogFormat::kJournal) return parse_journal(root, task, how, emit);
  auto file = root.open_file(task.file->path);
  if (!file) return not_read(task, file.error().detail);
  const auto year = task.years->first_year(task.place);
  // A guessed year would lay what happened into a wrong time: worse than a gap.
  if (!year) {
    return not_read(task,
                    "the time limit was reached before the years of its lines were known; it was not read");
  }
  return LogFileParser(task, *year, zone, how, emit).read(*std::move(file));
}

}  // namespace rescue::evidence
