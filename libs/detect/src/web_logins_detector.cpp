#include <algorithm>
#include <map>
#include <set>

#include "families.hpp"
#include "guess_book.hpp"
#include "log_names.hpp"
#include "networks.hpp"
#include "rescue/evidence/access_log.hpp"

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

/// A log-in that was let through: who it was shows by what is shown to it then.
struct Pending {
  Timestamp time{};
  const Form* form = nullptr;
  std::string address;
  std::uint64_t refused = 0;  ///< before it; 0 where they are too few
  bool sure = false;
  EvidenceRef evidence;
};

struct Guessing {
  explicit Guessing(const GuessThresholds& thresholds) : book(thresholds) {}
  GuessBook book;  ///< by visitor
  std::uint64_t failures = 0;
  Timestamp first{};
  std::vector<EvidenceRef> evidence;
};

/// One address at one site: somebody who looks after many mistypes a password at each of them.
std::string visitor_of(const Event& event, const Scene& scene, std::string_view before_page) {
  std::string_view log;
  if (event.file < scene.log_paths.size()) log = scene.log_paths[event.file];
  const auto place = evidence::decode_path(before_page);
  return name_of(event.address) + " " + std::string(log_without_rotation(log)) + name_of(place);
}

std::string address_of(const std::string& visitor) {
  return visitor.substr(0, visitor.find(' '));
}

bool contains(const std::vector<std::string>& list, std::string_view text) {
  return std::find(list.begin(), list.end(), text) != list.end();
}

/// Guessing at the log-in pages of well-known applications, and the log-in that followed (T1110, T1078).
class WebLoginsDetector final : public Detector {
 public:
  explicit WebLoginsDetector(const RuleBook& rules)
      : guessing_(rules.rule("web.login_guessing")),
        guessed_(rules.rule("web.login_guessed")),
        forms_(forms_of(guessing_)),
        thresholds_(thresholds_of(guessing_)) {}

  void on_event(const Scene& scene, const Event& event) override {
    const auto target = event.field(FieldName::kTarget);
    const auto mark = std::min(target.find('?'), target.size());
    const auto path = target.substr(0, mark), query = target.substr(mark);
    if (event.field(FieldName::kMethod) == "POST") {
      for (const auto& form : forms_) {
        if (path.ends_with(form.path) && is_login(query)) return tried(scene, event, form, path);
      }
    }
    if (event.field(FieldName::kStatus).starts_with('2')) count_visit(event);
    if (!pending_.empty()) look_at_use(scene, event, target);
  }

  void finish(const Scene&, CaseFile& file) override {
    for (const auto& [service, guessing] : services_) report_guessing(service, guessing, file);
    for (const auto& pending : entered_) report_entered(pending, file);
    if (left_out_ == 0) return;
    file.gaps.push_back(
        {.path = "/",
         .reason = std::to_string(left_out_) + " log-in(s) at web pages were too many to follow",
         .prevents = "seeing which of them came after guessed passwords",
         .grave = true});
  }

 private:
  static constexpr std::size_t kMostPending = 10'000, kMostEntered = 1'000, kMostKnown = 100'000;
  static constexpr auto kSoon = std::chrono::hours(1);

  /// Asking for a new password, or for a page behind the log-in's, is no log-in.
  bool is_login(std::string_view query) const {
    if (query.find("action=") != query.npos && query.find("action=login") == query.npos) return false;
    const auto& others = guessing_.match.at("no_login");
    return std::none_of(others.begin(), others.end(), [&](const Json& word) {
      return query.find(word.get_ref<const std::string&>()) != query.npos;
    });
  }

  /// What an address makes besides its log-ins: an address that makes most of the requests is a proxy's.
  void count_visit(const Event& event) {
    ++visits_;
    if (auto* count = visits_of_.put(event.address, hash_of_text(event.address)).value) ++*count;
  }

  bool stands_for_many(const std::string& address) const {
    constexpr std::uint64_t kMany = 1'000;
    const auto* count = visits_of_.find(address);
    return is_private_address(address) || (count != nullptr && *count >= kMany && *count > visits_ / 2);
  }

  void tried(const Scene& scene, const Event& event, const Form& form, std::string_view path) {
    const auto status = event.field(FieldName::kStatus);
    const auto visitor = visitor_of(event, scene, path.substr(0, path.size() - form.path.size()));
    auto& guessing = services_.try_emplace(form.service, thresholds_).first->second;
    const bool failed = contains(form.failed, status), accepted = contains(form.accepted, status);
    // Where both are answered alike it was refused if no page for those logged in was shown until the next.
    const auto before = pending_.find(visitor);
    if (accepted && before != pending_.end() && contains(form.failed, status))
      refused(guessing, visitor, before->second.time, before->second.evidence);
    if (accepted) return let_in(scene, event, form, visitor, guessing);
    if (failed) refused(guessing, visitor, event.time, evidence_of(event, scene));
  }

  static void refused(Guessing& guessing, const std::string& visitor, Timestamp time,
                      const EvidenceRef& evidence) {
    if (guessing.failures++ == 0) guessing.first = time;
    guessing.book.failed(time, "", visitor, 1);
    constexpr std::size_t kEvidence = 3;
    if (guessing.evidence.size() < kEvidence) guessing.evidence.push_back(evidence);
  }

  void let_in(const Scene& scene, const Event& event, const Form& form, const std::string& visitor,
              const Guessing& guessing) {
    if (pending_.size() >= kMostPending && !pending_.contains(visitor)) {
      std::erase_if(pending_, [&](const auto& old) { return old.second.time + kSoon < event.time; });
      if (pending_.size() >= kMostPending) {
        ++left_out_;
        return;
      }
    }
    Pending pending{.time = event.time,
                    .form = &form,
                    .address = name_of(event.address),
                    .evidence = evidence_of(event, scene)};
    if (const auto* tries = guessing.book.tries_of(visitor)) {
      const auto failures = tries->times.within(event.time, thresholds_.window);
      const auto known = known_.find(visitor);
      const bool owner = known != known_.end() && known->second < tries->first;
      pending.sure = failures >= 3 * thresholds_.failures;
      if (failures >= thresholds_.failures && (pending.sure || !owner)) pending.refused = failures;
    }
    pending_.insert_or_assign(visitor, std::move(pending));
  }

  void look_at_use(const Scene& scene, const Event& event, std::string_view target) {
    if (event.field(FieldName::kStatus) != "200") return;
    for (const auto& form : forms_) {
      const auto at = target.find(form.then);
      if (at == target.npos) continue;
      const auto pending = pending_.find(visitor_of(event, scene, target.substr(0, at)));
      if (pending == pending_.end() || pending->second.form->then != form.then) continue;
      return shown(pending, event.time, target);
    }
  }

  void shown(std::map<std::string, Pending>::iterator at, Timestamp time, std::string_view target) {
    const auto& open = guessing_.match.at("open_to_all");
    const bool for_all = std::any_of(open.begin(), open.end(), [&](const Json& word) {
      return target.find(word.get_ref<const std::string&>()) != target.npos;
    });
    if (for_all || time < at->second.time) return;
    if (time <= at->second.time + kSoon) {
      if (known_.size() < kMostKnown) known_.try_emplace(at->first, at->second.time);
      if (at->second.refused > 0) enter(std::move(at->second));
    }
    pending_.erase(at);
  }

  void enter(Pending pending) {
    if (entered_.size() < kMostEntered) return entered_.push_back(std::move(pending));
    ++left_out_;
  }

  void report_guessing(const std::string& service, const Guessing& guessing, CaseFile& file) const {
    std::string busiest;
    std::uint64_t most = 0, failures = 0;
    std::set<std::string> addresses;
    guessing.book.for_each_address([&](const std::string& visitor, const Tries& tries) {
      if (!guessing.book.is_guessing(tries)) return;
      failures += tries.failures;
      addresses.insert(address_of(visitor));
      if (tries.failures <= most) return;
      most = tries.failures;
      busiest = address_of(visitor);
    });
    if (addresses.empty()) return;
    auto finding = guessing_.finding({{"service", service},
                                      {"count", std::to_string(failures)},
                                      {"addresses", std::to_string(addresses.size())},
                                      {"address", busiest}});
    finding.time = guessing.first;
    finding.evidence = guessing.evidence;
    file.add(std::move(finding));
  }

  void report_entered(const Pending& entered, CaseFile& file) const {
    const auto& address = entered.address;
    const auto& service = entered.form->service;
    constexpr auto kStay = std::chrono::hours(24);
    for (auto& known : file.break_ins) {
      if (known.address != address || known.service != service) continue;
      known.to = std::max(known.to, entered.time + kStay);
      return;
    }
    auto finding = guessed_.finding(
        {{"service", service}, {"address", address}, {"count", std::to_string(entered.refused)}});
    if (stands_for_many(address)) {
      finding.why += " Many people may stand behind this address: who guessed need not be who logged in.";
      finding.severity = Severity::kMedium;
      finding.confidence = Confidence::kLow;
    } else if (entered.sure) {
      finding.confidence = Confidence::kHigh;
    }
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
  GuessThresholds thresholds_;
  std::map<std::string, Guessing> services_;
  std::map<std::string, Pending> pending_;  // by visitor
  std::map<std::string, Timestamp>
      known_;  // visitors to whom pages for those logged in were shown: since when
  std::vector<Pending> entered_;
  TextMap<std::uint64_t> visits_of_{kMostKnown};
  std::uint64_t visits_ = 0, left_out_ = 0;
};

}  // namespace

std::unique_ptr<Detector> make_web_logins_detector(const RuleBook& rules) {
  return std::make_unique<WebLoginsDetector>(rules);
}

}  // namespace rescue::detect
