#include <algorithm>
#include <map>

#include "families.hpp"
#include "guess_book.hpp"

namespace rescue::detect {
namespace {

using evidence::Event;
using evidence::FieldName;

/// A log-in page, as a rule's data describes it.
struct Form {
  std::string path, service, then;
  std::vector<std::string> failed, accepted;  ///< status codes
};

std::vector<Form> forms_of(const Rule& rule) {
  std::vector<Form> forms;
  for (const auto& form : rule.match.at("forms")) {
    forms.push_back({form.at("path"), form.at("service"), form.at("then"),
                     form.at("failed").get<std::vector<std::string>>(),
                     form.at("accepted").get<std::vector<std::string>>()});
  }
  return forms;
}

GuessThresholds thresholds_of(const Rule& rule) {
  GuessThresholds t;
  t.failures = rule.match.value("failures_at_least", t.failures);
  t.window = std::chrono::hours(rule.match.value("within_hours", 24));
  return t;
}

/// A log-in that was let through after many refused ones: who it was shows by what is shown to it then.
struct Pending {
  Timestamp time{};
  const Form* form = nullptr;
  GuessJudgement judgement;
  EvidenceRef evidence;
};

struct Guessing {
  explicit Guessing(const GuessThresholds& thresholds) : book(thresholds) {}
  GuessBook book;
  std::uint64_t failures = 0;
  Timestamp first{};
  std::vector<EvidenceRef> evidence;
};

bool contains(const std::vector<std::string>& list, std::string_view text) {
  return std::find(list.begin(), list.end(), text) != list.end();
}

/// Guessing at the log-in pages of well-known applications, and the log-in that followed (T1110, T1078).
class WebLoginsDetector final : public Detector {
 public:
  explicit WebLoginsDetector(const RuleBook& rules)
      : guessing_(rules.rule("web.login_guessing")),
        guessed_(rules.rule("web.login_guessed")),
        forms_(forms_of(guessing_)) {}

  void on_event(const Scene& scene, const Event& event) override {
    const auto target = event.field(FieldName::kTarget);
    if (!pending_.empty()) look_at_use(event, target);
    if (event.field(FieldName::kMethod) != "POST") return;
    const auto mark = std::min(target.find('?'), target.size());
    const auto path = target.substr(0, mark), query = target.substr(mark);
    for (const auto& form : forms_) {
      if (path.ends_with(form.path)) return tried(scene, event, form, query);
    }
  }

  void finish(const Scene&, CaseFile& file) override {
    for (const auto& [service, guessing] : services_) report_guessing(service, guessing, file);
    for (const auto& [time, pending] : entered_) report_entered(time, pending, file);
  }

 private:
  static constexpr std::size_t kMostPending = 10'000, kMostEntered = 1'000;

  void tried(const Scene& scene, const Event& event, const Form& form, std::string_view query) {
    // Asking for a new password, or for a page behind one of its own, is no log-in.
    if (query.find("action=") != query.npos && query.find("action=login") == query.npos) return;
    const auto status = event.field(FieldName::kStatus);
    const auto thresholds = thresholds_of(guessing_);
    auto& guessing = services_.try_emplace(form.service, thresholds).first->second;
    if (contains(form.accepted, status)) {
      const auto judgement = guessing.book.accepted(event.time, "", event.address, true);
      if (judgement.kind == GuessKind::kSameAddress && pending_.size() < kMostPending)
        pending_[name_of(event.address)] = {event.time, &form, judgement, evidence_of(event, scene)};
    }
    if (!contains(form.failed, status)) return;
    if (guessing.failures++ == 0) guessing.first = event.time;
    guessing.book.failed(event.time, "", event.address, 1);
    constexpr std::size_t kEvidence = 3;
    if (guessing.evidence.size() < kEvidence) guessing.evidence.push_back(evidence_of(event, scene));
  }

  void look_at_use(const Event& event, std::string_view target) {
    if (event.field(FieldName::kStatus) != "200") return;
    const auto at = pending_.find(std::string(event.address));
    if (at == pending_.end() || target.find(at->second.form->then) == target.npos) return;
    const auto& open = guessing_.match.at("open_to_all");
    const bool for_all = std::any_of(open.begin(), open.end(), [&](const Json& word) {
      return target.find(word.get_ref<const std::string&>()) != target.npos;
    });
    constexpr auto kSoon = std::chrono::hours(1);
    if (for_all || event.time < at->second.time) return;
    if (event.time <= at->second.time + kSoon && entered_.size() < kMostEntered)
      entered_.emplace_back(at->first, std::move(at->second));
    pending_.erase(at);
  }

  void report_guessing(const std::string& service, const Guessing& guessing, CaseFile& file) const {
    std::string busiest;
    std::uint64_t most = 0, failures = 0, addresses = 0;
    guessing.book.for_each_address([&](const std::string& address, const Tries& tries) {
      if (!guessing.book.is_guessing(tries)) return;
      failures += tries.failures;
      ++addresses;
      if (tries.failures <= most) return;
      most = tries.failures;
      busiest = address;
    });
    if (addresses == 0) return;
    auto finding = guessing_.finding({{"service", service},
                                      {"count", std::to_string(failures)},
                                      {"addresses", std::to_string(addresses)},
                                      {"address", busiest}});
    finding.time = guessing.first;
    finding.evidence = guessing.evidence;
    file.add(std::move(finding));
  }

  void report_entered(const std::string& address, const Pending& entered, CaseFile& file) const {
    const auto& service = entered.form->service;
    constexpr auto kStay = std::chrono::hours(24);
    for (auto& known : file.break_ins) {
      if (known.address != address || known.service != service) continue;
      known.to = std::max(known.to, entered.time + kStay);
      return;
    }
    auto finding = guessed_.finding(
        {{"service", service}, {"address", address}, {"count", std::to_string(entered.judgement.failures)}});
    if (entered.judgement.sure) finding.confidence = Confidence::kHigh;
    finding.time = entered.time;
    finding.evidence.push_back(entered.evidence);
    finding.notes.push_back({entered.time, finding.title, source_of(entered.evidence)});
    file.begin_break_in({.way = BreakIn::Way::kGuessedLogin,
                         .account = "",
                         .address = address,
                         .from = entered.time,
                         .to = entered.time + kStay,
                         .finding = {},
                         .service = service},
                        std::move(finding));
  }

  const Rule &guessing_, &guessed_;
  std::vector<Form> forms_;
  std::map<std::string, Guessing> services_;
  std::map<std::string, Pending> pending_;  // by address
  std::vector<std::pair<std::string, Pending>> entered_;
};

}  // namespace

std::unique_ptr<Detector> make_web_logins_detector(const RuleBook& rules) {
  return std::make_unique<WebLoginsDetector>(rules);
}

}  // namespace rescue::detect
