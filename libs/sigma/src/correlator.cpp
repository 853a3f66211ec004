#include "rescue/sigma/correlator.hpp"

#include <algorithm>
#include <deque>
#include <limits>
#include <optional>
#include <span>

namespace rescue::sigma {
namespace {

constexpr char kBetween = '\x1f';
constexpr std::uint32_t kNone = std::numeric_limits<std::uint32_t>::max();
constexpr std::size_t kMostValueBytes = 256;

std::vector<std::string> split(const std::string& text, std::size_t parts) {
  std::vector<std::string> out;
  std::size_t from = 0;
  for (std::size_t i = 0; i < parts; ++i) {
    const auto end = std::min(text.find(kBetween, from), text.size());
    out.push_back(text.substr(from, end - from));
    from = std::min(end + 1, text.size());
  }
  return out;
}

std::string without_marks(std::string_view value) {
  std::string out(value.substr(0, kMostValueBytes));
  std::replace(out.begin(), out.end(), kBetween, ' ');
  return out;
}

bool all_hold(const std::vector<Correlation::Bound>& bounds, double value) {
  return std::all_of(bounds.begin(), bounds.end(), [&](const auto& bound) { return bound.holds(value); });
}

/// "Fewer than" says something of a whole span only; "more than" is true from the moment on when it is.
bool grows_true(const std::vector<Correlation::Bound>& bounds) {
  using Way = Correlation::Bound::Way;
  return std::all_of(bounds.begin(), bounds.end(), [](const auto& bound) {
    return bound.way == Way::kGreater || bound.way == Way::kGreaterOrEqual;
  });
}

}  // namespace

/// Goes through one group's hits in the order of time.
class Correlator::Judge {
 public:
  Judge(const Correlation& correlation, std::uint32_t number) : rule_(correlation), number_(number) {}

  void look_at(std::span<const Hit> hits) {
    if (rule_.type == Correlation::Type::kTemporalOrdered) return ordered(hits);
    if (!rule_.bounds.empty() && !grows_true(rule_.bounds)) return span_by_span(hits);
    sliding(hits);
  }
  std::vector<Fired> take() { return std::move(fired_); }

 private:
  double measure(std::size_t events) const {
    return static_cast<double>(rule_.type == Correlation::Type::kEventCount ? events : different_.size());
  }
  std::uint32_t key(const Hit& hit) const {
    return rule_.type == Correlation::Type::kTemporal ? hit.part : hit.value;
  }
  bool is_true(std::size_t events) const {
    if (rule_.bounds.empty()) return different_.size() >= rule_.parts.size();  // temporal: each of them
    return all_hold(rule_.bounds, measure(events));
  }
  void count(const Hit& hit) { ++different_[key(hit)]; }
  void forget(const Hit& hit) {
    const auto at = different_.find(key(hit));
    if (--at->second == 0) different_.erase(at);
  }

  /// While it stays true it is one and the same.
  void sliding(std::span<const Hit> hits) {
    std::size_t first = 0;
    bool was_true = false;
    for (std::size_t i = 0; i < hits.size(); ++i) {
      count(hits[i]);
      for (; hits[i].time - hits[first].time > rule_.span_us; ++first) forget(hits[first]);
      const bool now = is_true(i + 1 - first);
      if (now && !was_true) tell(hits.subspan(first, i + 1 - first));
      if (now && was_true) go_on(hits[i]);
      was_true = now;
    }
    different_.clear();
  }

  void span_by_span(std::span<const Hit> hits) {
    for (std::size_t first = 0; first < hits.size();) {
      std::size_t end = first;
      while (end < hits.size() && hits[end].time - hits[first].time <= rule_.span_us) count(hits[end++]);
      if (is_true(end - first)) tell(hits.subspan(first, end - first));
      different_.clear();
      first = end;
    }
  }

  /// For each beginning of the list of rules: from when on it has been seen, as late as can be.
  void ordered(std::span<const Hit> hits) {
    struct Chain {
      std::int64_t from = 0;
      std::vector<const Hit*> links;
    };
    std::vector<std::optional<Chain>> best(rule_.parts.size());
    for (const auto& hit : hits) {
      auto chain = hit.part == 0 ? std::optional(Chain{hit.time, {}}) : best[hit.part - 1];
      if (!chain || hit.time - chain->from > rule_.span_us) continue;
      chain->links.push_back(&hit);
      if (hit.part + 1 < best.size()) {
        auto& known = best[hit.part];
        if (!known || known->from <= chain->from) known = std::move(chain);
        continue;
      }
      std::vector<Hit> links;
      for (const auto* link : chain->links) links.push_back(*link);
      tell(links);
      std::fill(best.begin(), best.end(), std::nullopt);
    }
  }

  void tell(std::span<const Hit> hits) {
    Fired fired{.correlation = number_,
                .group = {},
                .from = from_us(hits.front().time),
                .to = {},
                .count = 0,
                .places = {}};
    fired_.push_back(std::move(fired));
    for (const auto& hit : hits) go_on(hit);
  }
  void go_on(const Hit& hit) {
    auto& fired = fired_.back();
    fired.to = from_us(hit.time);
    ++fired.count;
    if (fired.places.size() < kMostPlaces) fired.places.push_back(hit.place);
  }

  const Correlation& rule_;
  std::uint32_t number_;
  std::map<std::uint32_t, std::size_t> different_;
  std::vector<Fired> fired_;
};

Correlator::Correlator(const RuleSet& rules) : rules_(rules), hits_(rules.correlations().size()) {
  const auto& all = rules.correlations();
  for (std::uint32_t c = 0; c < all.size(); ++c) {
    for (std::uint32_t p = 0; p < all[c].parts.size(); ++p) {
      const auto& part = all[c].parts[p];
      (part.correlation ? by_correlation_ : by_rule_)[part.number].push_back({c, p});
    }
  }
}

bool Correlator::wants(std::uint32_t rule) const {
  return by_rule_.contains(rule);
}

std::uint32_t Correlator::number_of(const std::string& text) {
  const auto known = numbers_.find(text);
  if (known != numbers_.end()) return known->second;
  if (numbers_.size() >= kMostTexts) return kNone;
  const auto at = numbers_.emplace(text, static_cast<std::uint32_t>(texts_.size())).first;
  texts_.push_back(&at->first);
  return at->second;
}

void Correlator::count_in(const Wish& wish, Timestamp time, const Record& record, std::uint64_t place) {
  const auto& correlation = rules_.correlations()[wish.correlation];
  const auto& fields = correlation.parts[wish.part].group_fields;
  const bool grouped =
      std::all_of(fields.begin(), fields.end(), [&](const auto& field) { return record.has(field); });
  const bool valued = correlation.value_field.empty() || record.has(correlation.value_field);
  if (!grouped || !valued) return;
  std::string group;
  for (const auto& field : fields) group += without_marks(record.value(field)) + kBetween;
  const auto value = without_marks(record.value(correlation.value_field));
  if (count_ >= kMostHits) {
    ++left_out_;
    return;
  }
  const Hit hit{to_us(time), number_of(group), number_of(value), wish.part, place};
  if (hit.group == kNone || hit.value == kNone) {
    ++left_out_;
    return;
  }
  ++count_;
  hits_[wish.correlation].push_back(hit);
}

void Correlator::add(std::uint32_t rule, Timestamp time, const Record& record, std::uint64_t place) {
  const auto wishes = by_rule_.find(rule);
  if (wishes == by_rule_.end()) return;
  for (const auto& wish : wishes->second) count_in(wish, time, record, place);
}

/// A correlation that came true is an event to those that count it; its fields are those it groups by.
void Correlator::pass_on(const Fired& fired) {
  const auto wishes = by_correlation_.find(fired.correlation);
  if (wishes == by_correlation_.end() || fired.places.empty()) return;
  const auto& names = rules_.correlations()[fired.correlation].group_by;
  Record record;
  for (std::size_t i = 0; i < names.size(); ++i) record.add(names[i], fired.group[i]);
  for (const auto& wish : wishes->second) count_in(wish, fired.to, record, fired.places.front());
}

std::vector<Fired> Correlator::judge(std::uint32_t number) {
  auto& hits = hits_[number];
  // Groups by their texts, not by the order in which they came.
  std::stable_sort(hits.begin(), hits.end(), [&](const Hit& a, const Hit& b) {
    if (a.group != b.group) return *texts_[a.group] < *texts_[b.group];
    return std::pair(a.time, a.place) < std::pair(b.time, b.place);
  });
  const auto& correlation = rules_.correlations()[number];
  std::vector<Fired> all;
  for (auto from = hits.begin(); from != hits.end();) {
    const auto to = std::find_if(from, hits.end(), [&](const Hit& hit) { return hit.group != from->group; });
    Judge judge(correlation, number);
    judge.look_at(std::span<const Hit>(from, to));
    for (auto& fired : judge.take()) {
      fired.group = split(*texts_[from->group], correlation.group_by.size());
      all.push_back(std::move(fired));
    }
    from = to;
  }
  hits.clear();
  hits.shrink_to_fit();
  return all;
}

std::vector<Fired> Correlator::finish() {
  std::vector<Fired> told;
  for (std::uint32_t i = 0; i < hits_.size(); ++i) {
    for (auto& fired : judge(i)) {
      pass_on(fired);
      if (rules_.correlations()[i].tells) told.push_back(std::move(fired));
    }
  }
  return told;
}

}  // namespace rescue::sigma
