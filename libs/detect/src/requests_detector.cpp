#include <algorithm>
#include <deque>

#include "families.hpp"
#include "guess_book.hpp"
#include "request_rules.hpp"
#include "shell_traces.hpp"

namespace rescue::detect {
namespace {

using evidence::Event;
using evidence::EventKind;
using evidence::FieldName;

/// What was tried of one kind, by whom.
struct Tried {
  std::uint64_t count = 0, answered = 0;
  Timestamp first{};
  TextMap<std::uint64_t> by_address{10'000};
  std::vector<EvidenceRef> evidence;
};

/// A request that may have run something.
struct Attack {
  std::size_t rule = 0;  ///< its place among the rules of requests
  Timestamp time{};
  std::string address, target, status, size;
  EvidenceRef evidence;
};

bool was_answered(std::string_view status) {
  return status.starts_with('2');
}

/// What requests try, and which of them left a trace on the server (T1190). Trying is background.
class RequestsDetector final : public Detector {
 public:
  explicit RequestsDetector(const RuleBook& rules)
      : rules_(rules), requests_(rules), traces_(rules), tried_(requests_.rules().size()) {}

  void on_event(const Scene& scene, const Event& event) override {
    if (event.kind == EventKind::kWebError) return traces_.add(scene, event);
    for (const auto rule : requests_.judge(event)) {
      note_try(scene, event, tried_[rule]);
      note_attack(scene, event, rule);
    }
  }

  void finish(const Scene&, CaseFile& file) override {
    for (std::size_t i = 0; i < tried_.size(); ++i) {
      if (tried_[i].count > 0) report(*requests_.rules()[i], tried_[i], file);
    }
    report_attacks(file);
    traces_.report(file);
  }

 private:
  static void note_try(const Scene& scene, const Event& event, Tried& tried) {
    if (tried.count++ == 0) tried.first = event.time;
    tried.answered += was_answered(event.field(FieldName::kStatus)) ? 1 : 0;
    if (auto* count = tried.by_address.put(event.address, hash_of_text(event.address)).value) ++*count;
    constexpr std::size_t kEvidence = 3;
    if (tried.evidence.size() < kEvidence) tried.evidence.push_back(evidence_of(event, scene));
  }

  /// A refused one ran nothing.
  void note_attack(const Scene& scene, const Event& event, std::size_t rule) {
    constexpr std::size_t kMostKept = 20'000, kMostBytes = 300;
    const auto status = event.field(FieldName::kStatus);
    const bool may_run = requests_.rules()[rule]->match.value("runs", false) && !status.starts_with('4');
    if (!may_run || comes_too_fast(event, rule)) return;
    if (attacks_.size() >= kMostKept) {
      attacks_.pop_front();
      ++left_out_;
    }
    attacks_.push_back({rule, event.time, name_of(event.address),
                        std::string(event.field(FieldName::kTarget).substr(0, kMostBytes)), name_of(status),
                        name_of(event.field(FieldName::kSize)), evidence_of(event, scene)});
  }

  /// Of one kind, address and second a few stand for all: a flood does not push out what others tried.
  bool comes_too_fast(const Event& event, std::size_t rule) {
    constexpr int kFew = 5;
    const auto second = std::chrono::floor<std::chrono::seconds>(event.time);
    int alike = 0;
    for (auto at = attacks_.rbegin(); at != attacks_.rend() && alike < kFew; ++at) {
      if (at->rule != rule || at->address != event.address ||
          std::chrono::floor<std::chrono::seconds>(at->time) != second)
        break;
      ++alike;
    }
    return alike == kFew;
  }

  void report(const Rule& rule, const Tried& tried, CaseFile& file) const {
    std::string busiest;
    std::uint64_t most = 0;
    tried.by_address.for_each([&](const std::string& address, std::uint64_t count) {
      if (count <= most) return;
      most = count;
      busiest = address;
    });
    auto finding = rule.finding({{"count", std::to_string(tried.count)},
                                 {"answered", std::to_string(tried.answered)},
                                 {"addresses", std::to_string(tried.by_address.size())},
                                 {"address", busiest}});
    finding.time = tried.first;
    finding.evidence = tried.evidence;
    file.add(std::move(finding));
  }

  void report_attacks(CaseFile& file) {
    const auto& rule = rules_.rule("web.attack_ran");
    const auto within = std::chrono::seconds(rule.match.value("within_s", 10));
    std::vector<Timestamp> times;
    for (const auto& attack : attacks_) times.push_back(attack.time);
    std::sort(times.begin(), times.end());
    traces_.settle(times, within);
    for (const auto& attack : attacks_) {
      const auto effect =
          traces_.of({attack.time, attack.address, attack.target, attack.evidence.file}, within);
      if (effect.trace != nullptr) report_attack(rule, attack, effect, file);
    }
    if (left_out_ == 0) return;
    file.gaps.push_back(
        {.path = "/",
         .reason = std::to_string(left_out_) + " attack(s) on web pages were too many to keep",
         .prevents = "seeing which of them ran a command",
         .grave = true});
  }

  void report_attack(const Rule& rule, const Attack& attack, const ShellTraces::Effect& effect,
                     CaseFile& file) const {
    const auto& trace = *effect.trace;
    const auto later = std::chrono::duration_cast<std::chrono::seconds>(trace.time - attack.time);
    auto what = requests_.rules()[attack.rule]->title;
    what.erase(0, std::string_view("Requests tried ").size());
    auto finding = rule.finding({{"address", attack.address},
                                 {"attack", what},
                                 {"target", attack.target},
                                 {"status", attack.status},
                                 {"size", attack.size},
                                 {"seconds", std::to_string(std::max<std::int64_t>(0, later.count()))},
                                 {"text", trace.text}});
    finding.time = attack.time;
    finding.evidence = {attack.evidence, trace.evidence};
    if (effect.tie == ShellTraces::Tie::kMoment) {
      finding.title = "The web server ran a command at the moment of a request from " + attack.address;
      finding.why += " Nothing but the moment joins them.";
      finding.severity = Severity::kMedium;
      finding.confidence = Confidence::kLow;
      return file.add(std::move(finding));
    }
    finding.notes.push_back({attack.time, finding.title, source_of(attack.evidence)});
    file.begin_break_in({.way = BreakIn::Way::kWebAttack,
                         .account = "",
                         .address = attack.address,
                         .from = attack.time,
                         .to = trace.time + std::chrono::hours(1),
                         .finding = {}},
                        std::move(finding));
  }

  const RuleBook& rules_;
  RequestRules requests_;
  ShellTraces traces_;
  std::vector<Tried> tried_;
  std::deque<Attack> attacks_;  // the last ones
  std::uint64_t left_out_ = 0;
};

}  // namespace

std::unique_ptr<Detector> make_requests_detector(const RuleBook& rules) {
  return std::make_unique<RequestsDetector>(rules);
}

}  // namespace rescue::detect
