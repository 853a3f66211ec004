#include <algorithm>
#include <map>
#include <set>

#include "families.hpp"
#include "hash_set.hpp"
#include "journal_holes.hpp"

namespace rescue::detect {
namespace {

using evidence::Event;
using evidence::EventKind;
using evidence::FieldName;
using evidence::JournalFacts;
using evidence::JournalOddity;
using evidence::LogFileSummary;
using evidence::LogRole;

constexpr auto kMargin = std::chrono::seconds(10);

/// Inside the time that a log of this role covers, not at its ends.
bool covers(const Scene& scene, LogRole role, Timestamp t) {
  return std::any_of(scene.logs.begin(), scene.logs.end(), [&](const LogFileSummary& log) {
    const bool right =
        log.role == role && (role != LogRole::kJournal || (log.journal && log.journal->system));
    return right && log.period.from && t > *log.period.from + kMargin && t < *log.period.to - kMargin;
  });
}

bool is_address(std::string_view text) {
  return text.find_first_not_of("0123456789abcdefABCDEF.:") == text.npos &&
         text.find_first_of(".:") != text.npos && !text.starts_with(':');
}

EvidenceRef ref_of(const LogFileSummary& log, const evidence::JournalPlace& place) {
  EvidenceRef ref;
  ref.file = log.path;
  ref.entry = place.seqnum;
  ref.offset = place.offset;
  ref.excerpt = place.excerpt;
  return ref;
}

/// What the journal says of itself, and against the text logs and login records (T1070.002).
class JournalDetector final : public Detector {
 public:
  explicit JournalDetector(const RuleBook& rules) : rules_(rules) {}

  void on_event(const Scene& scene, const Event& event) override {
    constexpr std::size_t kMost = 1'000'000, kMostRecords = 100'000;
    if (event.kind == EventKind::kLoginAccepted) {
      if (accepted_.size() < kMost) accepted_.emplace(std::string(event.account), event.time);
      return;
    }
    if (event.kind == EventKind::kLoginFailed) {
      if (scene.has_failed_records) failed(event);
      return;
    }
    if (event.kind == EventKind::kRecordFailed) return failed_record(scene, event);
    const bool remote = is_address(event.address) && event.field(FieldName::kTerminal).starts_with("pts/");
    if (!remote || records_.size() >= kMostRecords) return;
    records_.push_back({event.kind, false, event.time, name_of(event.account), name_of(event.address),
                        evidence_of(event, scene)});
  }

  void finish(const Scene& scene, CaseFile& file) override {
    report_one_sided(scene, file);
    report_records(scene, file);
    report_failures(scene, file);
    for (const auto& log : scene.logs) {
      if (log.journal) report_oddities(log, *log.journal, file);
    }
    report_holes(scene, file);
    report_beginnings(scene, file);
    report_damage(file);
  }

 private:
  static std::int64_t bucket_of(Timestamp t) {
    return std::chrono::floor<std::chrono::minutes>(t).time_since_epoch().count() / 2;
  }

  /// Of a refused log-in from this address in these two minutes.
  static std::uint64_t failure_hash(std::string_view address, std::int64_t bucket) {
    return hash_of_text(address) + static_cast<std::uint64_t>(bucket) * 0x9e3779b97f4a7c15U;
  }

  void failed(const Event& event) {
    constexpr std::size_t kMost = 300'000;
    if (event.address.empty() || failures_cut_) return;
    failures_.add(failure_hash(event.address, bucket_of(event.time)));
    failures_cut_ = failures_.size() > kMost;
  }

  void failed_record(const Scene& scene, const Event& event) {
    constexpr std::size_t kMost = 100'000;
    if (!is_address(event.address) || failed_records_.size() >= kMost) return;
    failed_records_.push_back({event.kind, false, event.time, name_of(event.account), name_of(event.address),
                               evidence_of(event, scene)});
  }

  /// btmp knows refused log-ins of which sshd's log says nothing, not even of the same address minutes apart.
  void report_failures(const Scene& scene, CaseFile& file) {
    if (failures_cut_) return;
    std::vector<const OneSided*> missing;
    std::size_t matched = 0;
    for (const auto& record : failed_records_) {
      const auto about = {-1, 0, 1};
      const bool told = std::any_of(about.begin(), about.end(), [&](int apart) {
        return failures_.contains(failure_hash(record.address, bucket_of(record.time) + apart));
      });
      if (told) {
        ++matched;
      } else if (covers(scene, LogRole::kAuth, record.time) ||
                 covers(scene, LogRole::kJournal, record.time)) {
        missing.push_back(&record);
      }
    }
    if (missing.empty() || missing.size() > matched) return;
    const auto &first = *missing.front(), &last = *missing.back();
    add("traces.recorded_failures_not_logged",
        {{"count", std::to_string(missing.size())}, {"address", first.address}}, first.time,
        {first.evidence, last.evidence}, file);
  }

  void add(const char* rule, const std::map<std::string, std::string>& values, Timestamp time,
           std::vector<EvidenceRef> evidence, CaseFile& file) {
    add(rules_.rule(rule).finding(values), time, std::move(evidence), file);
  }

  static void add(Finding finding, Timestamp time, std::vector<EvidenceRef> evidence, CaseFile& file) {
    finding.time = time;
    finding.notes.push_back({time, finding.title, evidence.empty() ? "" : source_of(evidence.front())});
    finding.evidence = std::move(evidence);
    file.add(std::move(finding));
  }

  /// Where most is told by one source only, it was set up so; few among many were taken out.
  void report_one_sided(const Scene& scene, CaseFile& file) {
    std::vector<const OneSided*> not_in_text, not_in_journal;
    for (const auto& event : file.sources.one_sided) {
      const auto other = event.in_journal ? LogRole::kAuth : LogRole::kJournal;
      if (covers(scene, other, event.time))
        (event.in_journal ? not_in_text : not_in_journal).push_back(&event);
    }
    for (auto* list : {&not_in_text, &not_in_journal}) {
      if (list->size() > file.sources.matched) {
        tell_different_sources(list->size(), file);
        list->clear();
      }
    }
    for (const auto* event : not_in_text) {
      if (event->kind == EventKind::kLoginAccepted)
        report_login(*event, "traces.login_not_in_auth_log", file);
    }
    for (const auto* event : not_in_journal) {
      if (event->kind == EventKind::kLoginAccepted) report_login(*event, "traces.login_not_in_journal", file);
    }
    std::erase_if(not_in_text, [](const auto* event) { return event->kind == EventKind::kLoginAccepted; });
    if (not_in_text.empty()) return;
    const auto &first = *not_in_text.front(), &last = *not_in_text.back();
    add("traces.lines_not_in_auth_log",
        {{"count", std::to_string(not_in_text.size())},
         {"from", format_rfc3339(first.time)},
         {"to", format_rfc3339(last.time)}},
        first.time, {first.evidence, last.evidence}, file);
  }

  void report_login(const OneSided& event, const char* rule, CaseFile& file) {
    add(rule, {{"account", event.account}, {"address", event.address}}, event.time, {event.evidence}, file);
  }

  static void tell_different_sources(std::size_t count, CaseFile& file) {
    file.gaps.push_back(
        {.path = "/var/log/journal",
         .reason = std::to_string(count) +
                   " events are told by the journal or the text logs alone, more than by both",
         .prevents = "seeing by their differences that lines were removed"});
  }

  /// wtmp knows a log-in over the network that sshd's log does not.
  void report_records(const Scene& scene, CaseFile& file) {
    std::vector<const OneSided*> missing;
    std::size_t matched = 0;
    for (const auto& record : records_) {
      if (is_accepted(record)) {
        ++matched;
      } else if (covers(scene, LogRole::kAuth, record.time) ||
                 covers(scene, LogRole::kJournal, record.time)) {
        missing.push_back(&record);
      }
    }
    if (missing.size() > matched) return;  // they come from another service, or its messages are not logged
    for (const auto* record : missing) report_login(*record, "traces.recorded_login_not_logged", file);
  }

  bool is_accepted(const OneSided& record) const {
    const auto at = accepted_.lower_bound({record.account, record.time - std::chrono::minutes(2)});
    return at != accepted_.end() && at->first == record.account && at->second <= record.time + kMargin;
  }

  void report_oddities(const LogFileSummary& log, const JournalFacts& facts, CaseFile& file) {
    const std::pair<const char*, const JournalOddity*> kOdd[] = {
        {"traces.journal_entries_unlinked", &facts.unlinked},
        {"traces.journal_text_edited", &facts.edited},
        {"traces.journal_out_of_order", &facts.out_of_order},
        {"traces.journal_forged", &facts.forged}};
    for (const auto& [rule, odd] : kOdd) {
      if (odd->count == 0) continue;
      add(rules_.rule(rule).finding({{"count", std::to_string(odd->count)}, {"path", log.path}}),
          odd->first.time, {ref_of(log, odd->first)}, file);
    }
  }

  void report_holes(const Scene& scene, CaseFile& file) {
    const auto holes = journal_holes(scene.logs);
    for (const auto& folder : holes.unfinished) {
      file.gaps.push_back({.path = folder,
                           .reason = "the entries' numbers are too tangled to find those that are missing",
                           .prevents = "seeing what the journal told then"});
    }
    for (const auto& hole : holes.found) {
      EvidenceRef ref;
      ref.file = hole.path;
      ref.entry = hole.next_seqnum;
      ref.offset = hole.next_offset;
      const bool broken_in = std::any_of(file.break_ins.begin(), file.break_ins.end(), [&](const BreakIn& b) {
        return hole.from <= b.to && b.from <= hole.to;
      });
      if (broken_in) {
        add("traces.journal_entries_missing",
            {{"count", std::to_string(hole.count)},
             {"from", format_rfc3339(hole.from)},
             {"to", format_rfc3339(hole.to)},
             {"path", hole.path}},
            hole.from, {ref}, file);
      }
      file.gaps.push_back(
          {.path = hole.path,
           .offset = hole.next_offset,
           .reason = std::to_string(hole.count) +
                     " entries are in no journal: removed, lost or in a user's journal that is gone",
           .prevents = "seeing what the journal told then",
           .period = {hole.from, hole.to}});
    }
  }

  /// `journalctl --vacuum-time=1s` leaves a journal that begins when it was called. Ordinary vacuuming does
  /// so once in a while, too: it is told only where it falls into a break-in.
  void report_beginnings(const Scene& scene, CaseFile& file) {
    std::map<std::string, std::pair<const evidence::JournalRun*, const LogFileSummary*>> first;  // by folder
    for (const auto& log : scene.logs) {
      if (!log.journal || !log.journal->system || log.journal->runs.empty()) continue;
      auto& known = first[log.journal->directory];
      const auto* run = &log.journal->runs.front();
      if (known.first == nullptr || run->from < known.first->from) known = {run, &log};
    }
    for (const auto& [folder, place] : first) {
      const auto& [run, log] = place;
      if (run->first <= 1 || file.break_in_at(run->from) == nullptr) continue;
      add("traces.journal_begins_in_break_in",
          {{"from", format_rfc3339(run->from)}, {"count", std::to_string(run->first - 1)}, {"path", folder}},
          run->from, {ref_of(*log, {run->first, run->offset, run->from, ""})}, file);
    }
  }

  void report_damage(CaseFile& file) {
    std::set<std::string> told;
    for (const auto& gap : file.gaps) {
      const bool journal = gap.path.ends_with(".journal") || gap.path.ends_with(".journal~");
      const bool broken_in = gap.grave && gap.period.from && file.break_in_at(*gap.period.from) != nullptr;
      if (!journal || !broken_in || !told.insert(gap.path).second) continue;
      EvidenceRef ref;
      ref.file = gap.path;
      ref.offset = gap.offset;
      ref.excerpt = gap.reason;
      add("traces.journal_damaged_in_break_in", {{"path", gap.path}}, *gap.period.from, {ref}, file);
    }
  }

  const RuleBook& rules_;
  std::set<std::pair<std::string, Timestamp>> accepted_;
  std::vector<OneSided> records_, failed_records_;
  HashSet<> failures_;  // address, two minutes
  bool failures_cut_ = false;
};

}  // namespace

std::unique_ptr<Detector> make_journal_detector(const RuleBook& rules) {
  return std::make_unique<JournalDetector>(rules);
}

}  // namespace rescue::detect
