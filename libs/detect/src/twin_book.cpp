#include "twin_book.hpp"

#include <algorithm>
#include <charconv>
#include <limits>

namespace rescue::detect {
namespace {

using evidence::Event;
using evidence::EventKind;
using evidence::FieldName;

constexpr auto kApart = std::chrono::seconds(5);
/// rsyslog tells repetitions when the next message comes, or later.
constexpr auto kRepeatApart = std::chrono::seconds(130);
constexpr std::size_t kMostSecond = 50'000;
constexpr std::size_t kMostWaiting = 1'000'000;

/// Commands and crontabs are told by further logs, too: their detectors know how to count them.
bool is_compared(EventKind kind) {
  switch (kind) {
    case EventKind::kLoginFailed:
    case EventKind::kLoginAccepted:
    case EventKind::kSessionOpened:
    case EventKind::kSessionClosed:
    case EventKind::kSudo:
    case EventKind::kSu:
    case EventKind::kAccountAdded:
    case EventKind::kAccountChanged:
    case EventKind::kAccountRemoved:
      return true;
    default:
      return false;
  }
}

/// Its being told by one source only means something.
bool matters(const Event& event) {
  if (event.kind == EventKind::kSessionOpened) return event.field(FieldName::kService) == "sshd";
  return event.kind != EventKind::kLoginFailed && event.kind != EventKind::kSessionClosed;
}

/// A user's own journal is read after the others.
bool may_come_late(EventKind kind) {
  return kind == EventKind::kSudo || kind == EventKind::kSu || kind == EventKind::kAccountChanged;
}

std::uint32_t times_of(const Event& event) {
  const auto text = event.field(FieldName::kRepeat);
  std::uint32_t times = 1;
  std::from_chars(text.data(), text.data() + text.size(), times);
  return std::clamp<std::uint32_t>(times, 1, 100'000);
}

/// Of what both sources say about one event. The process is not in it: sudo's lines have none in text logs.
std::uint64_t hash_of(const Event& event) {
  std::uint64_t hash = static_cast<std::uint64_t>(event.kind) * 65'536 + event.port;
  const auto add = [&](std::string_view text) {
    hash = (hash ^ std::hash<std::string_view>()(text)) * 0x9e3779b97f4a7c15U;
    hash ^= hash >> 29U;
  };
  add(event.account);
  add(event.address);
  for (std::uint8_t i = 0; i < event.field_count; ++i) {
    const auto name = event.fields[i].name;
    const bool of_journal =
        name == FieldName::kSenderUid || name == FieldName::kExecutable || name == FieldName::kUnit;
    if (!of_journal && name != FieldName::kRepeat) add(event.fields[i].value);
  }
  return hash;
}

}  // namespace

bool TwinBook::told_before(const Event& event, const Scene& scene) {
  if (!both_ || !is_compared(event.kind)) return false;
  expire(event.time);
  const auto hash = hash_of(event);
  auto twin = find_twin(hash, event);
  if (twin == waiting_.end()) {
    wait(hash, event, scene);
    return false;
  }
  for (auto left = times_of(event); left > 0 && twin != waiting_.end(); --left) {
    note_match(twin, event, scene);
    waiting_.erase(twin);
    twin = find_twin(hash, event);
  }
  return true;
}

TwinBook::Table::iterator TwinBook::find_twin(std::uint64_t hash, const Event& event) {
  const auto most = times_of(event) > 1 ? kRepeatApart : kApart;
  constexpr int kMostTried = 64;  // of other processes
  const bool other_side = !event.is_entry;
  auto at = waiting_.lower_bound({hash, other_side, event.time - most, 0});
  const Key last{hash, other_side, event.time + most, std::numeric_limits<std::uint64_t>::max()};
  for (int tried = 0; at != waiting_.end() && at->first <= last && tried < kMostTried; ++at, ++tried) {
    const auto process = at->second.process;
    if (process == event.process || process == 0 || event.process == 0) return at;
  }
  return waiting_.end();
}

void TwinBook::note_match(Table::iterator twin, const Event& event, const Scene& scene) {
  ++result_.matched;
  const auto& first = twin->second.kept;
  if (!first || result_.second.size() >= kMostSecond) return;
  const auto& ref = first->evidence;
  result_.second.emplace(std::pair(ref.file, ref.line ? *ref.line : ref.entry.value_or(0)),
                         evidence_of(event, scene));
}

void TwinBook::wait(std::uint64_t hash, const Event& event, const Scene& scene) {
  if (waiting_.size() >= kMostWaiting) {
    if (not_compared_++ == 0) not_compared_since_ = event.time;
    return;
  }
  Waiting waiting{event.process, nullptr};
  const Key key{hash, event.is_entry, event.time, ++numbers_};
  auto& kept = event.is_entry ? kept_journal_ : kept_text_;
  constexpr std::size_t kMostKept = 100'000;
  if (matters(event) && kept < kMostKept) {
    ++kept;
    waiting.kept =
        std::make_unique<OneSided>(OneSided{event.kind, event.is_entry, event.time, name_of(event.account),
                                            name_of(event.address), evidence_of(event, scene)});
  }
  if (!waiting.kept || !may_come_late(event.kind)) order_.push_back(key);
  waiting_.emplace(key, std::move(waiting));
}

void TwinBook::expire(Timestamp now) {
  while (!order_.empty() && std::get<Timestamp>(order_.front()) + kRepeatApart < now) {
    const auto at = waiting_.find(order_.front());
    order_.pop_front();
    if (at == waiting_.end()) continue;
    keep(at->second);
    waiting_.erase(at);
  }
}

void TwinBook::keep(const Waiting& waiting) {
  if (!waiting.kept) return;
  auto& told = waiting.kept->in_journal ? told_journal_ : told_text_;
  if (told++ < SourceComparison::kMostOneSided) result_.one_sided.push_back(*waiting.kept);
}

SourceComparison TwinBook::finish(evidence::Gaps& gaps) {
  if (not_compared_ > 0) {
    gaps.push_back({.path = "/var/log",
                    .reason = "more events at one time than can be compared between the text logs and the "
                              "journal: " +
                              std::to_string(not_compared_) + " were not",
                    .prevents = "counting once what both tell, and seeing what one of them lacks",
                    .period = {not_compared_since_, std::nullopt},
                    .grave = true});
  }
  for (const auto& [key, waiting] : waiting_) keep(waiting);
  waiting_.clear();
  std::sort(result_.one_sided.begin(), result_.one_sided.end(), [](const OneSided& a, const OneSided& b) {
    return std::tuple(a.time, a.evidence.file, a.evidence.line, a.evidence.entry) <
           std::tuple(b.time, b.evidence.file, b.evidence.line, b.evidence.entry);
  });
  return std::move(result_);
}

}  // namespace rescue::detect
