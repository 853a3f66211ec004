#include <algorithm>
#include <iterator>
#include <optional>

#include "families.hpp"
#include "rescue/sigma/matcher.hpp"
#include "sigma_book.hpp"
#include "sigma_events.hpp"
#include "sigma_folder.hpp"

namespace rescue::detect {
namespace {

using evidence::Event;

/// Runs the user's Sigma rules over every line of every log.
class SigmaDetector final : public Detector {
 public:
  void prepare(const Scene& scene, CaseFile& file) override {
    rules_ = scene.sigma;
    if (rules_ == nullptr) return;
    tell_sigma_gaps(*rules_, file.gaps);
    for (std::size_t i = 0; i < kSigmaClasses; ++i) {
      matchers_.emplace_back(rules_->rules(), [i](const sigma::Rule& rule) {
        return std::any_of(std::begin(kSigmaViews), std::end(kSigmaViews), [&](SigmaView view) {
          return has_view(static_cast<SigmaClass>(i), view) && may_be_about(rule.source, view);
        });
      });
    }
    correlator_.emplace(*rules_);
  }

  void on_event(const Scene& scene, const Event& event) override {
    if (matchers_.empty()) return;
    events_.read(scene, event);
    auto& matcher = matchers_[static_cast<std::size_t>(events_.kind())];
    matcher.begin();
    for (const auto text : events_.texts()) matcher.look_at(text);
    if (!matcher.any()) return;
    const SigmaSubject* filled = nullptr;
    for (const auto rule : matcher.candidates()) {
      for (const auto& subject : events_.subjects()) {
        if (!is_about(rules_->rules()[rule].source, subject.view, event, scene)) continue;
        if (filled != &subject) events_.fill(subject, record_);
        filled = &subject;
        if (!matcher.matches(rule, record_)) continue;
        found(rule, subject, scene);
        break;  // one event, one finding
      }
    }
  }

  void finish(const Scene&, CaseFile& file) override {
    if (!correlator_) return;
    for (const auto& fired : correlator_->finish())
      book_.add(rules_->correlations()[fired.correlation], fired, places_);
    book_.tell(file);
    if (const auto left_out = correlator_->left_out() + places_left_out_; left_out > 0) {
      file.gaps.push_back(
          {.path = "/",
           .reason = std::to_string(left_out) + " events that Sigma correlations count were not kept",
           .prevents = "counting all that Sigma correlations ask for"});
    }
  }

 private:
  void found(std::uint32_t number, const SigmaSubject& subject, const Scene& scene) {
    const auto& rule = rules_->rules()[number];
    if (rule.tells) book_.add(rule.about, place_of(subject, scene));
    const bool timed = subject.event->precision != evidence::TimePrecision::kUnknown;
    if (!timed || !correlator_->wants(number)) return;
    if (places_.size() >= sigma::Correlator::kMostHits) {
      ++places_left_out_;
      return;
    }
    correlator_->add(number, subject.event->time, record_, places_.size());
    places_.push_back(place_of(subject, scene));
    constexpr std::size_t kWithExcerpt = 20'000;
    if (places_.size() > kWithExcerpt) places_.back().evidence.excerpt = {};
  }

  SigmaPlace place_of(const SigmaSubject& subject, const Scene& scene) {
    const auto& event = *subject.event;
    SigmaPlace place;
    if (event.precision != evidence::TimePrecision::kUnknown) place.time = event.time;
    place.account = name_of(events_.account());
    place.address = name_of(event.address);
    place.evidence = evidence_of(event, scene);
    constexpr std::size_t kMostExcerptBytes = 400;
    if (subject.number != 0) place.evidence.line = subject.number;
    if (!subject.line.empty()) place.evidence.excerpt = subject.line.substr(0, kMostExcerptBytes);
    return place;
  }

  const sigma::RuleSet* rules_ = nullptr;
  std::vector<sigma::Matcher> matchers_;  ///< by SigmaClass
  std::optional<sigma::Correlator> correlator_;
  SigmaEvents events_;
  sigma::Record record_;
  SigmaBook book_;
  std::vector<SigmaPlace> places_;
  std::uint64_t places_left_out_ = 0;
};

}  // namespace

std::unique_ptr<Detector> make_sigma_detector(const RuleBook&) {
  return std::make_unique<SigmaDetector>();
}

}  // namespace rescue::detect
