#include "mail_book.hpp"

#include <algorithm>
#include <charconv>

#include "guess_book.hpp"

namespace rescue::detect {
namespace {

using evidence::Event;
using evidence::EventKind;
using evidence::FieldName;

constexpr std::size_t kMostActors = 20'000;
constexpr std::size_t kMostDays = 60'000;  // of all actors together
constexpr std::size_t kMostInFlight = 200'000;
constexpr std::size_t kMostTold = 1'000'000;
constexpr std::size_t kMostEarly = 10'000;
constexpr std::size_t kMostStrangers = 10'000;
constexpr std::size_t kEvidence = 3;
constexpr auto kLate = std::chrono::seconds(2);  // lines of one moment that changed places

std::int64_t day_number(Timestamp t) {
  return std::chrono::floor<std::chrono::days>(t).time_since_epoch().count();
}

std::uint64_t number(std::string_view text) {
  std::uint64_t value = 0;
  std::from_chars(text.data(), text.data() + text.size(), value);
  return std::min<std::uint64_t>(value, 100'000);
}

std::string lower(std::string_view text) {
  std::string out(text.substr(0, 256));
  std::transform(out.begin(), out.end(), out.begin(),
                 [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
  return out;
}

void note(std::set<std::string>& names, std::string_view name) {
  if (names.size() < MailBook::kMostNames && !name.empty()) names.insert(lower(name));
}

std::string_view domain_of(std::string_view address) {
  const auto at = address.rfind('@');
  return at == address.npos ? std::string_view() : address.substr(at + 1);
}

}  // namespace

MailBook::MailBook(const evidence::MailConfig& config, const std::vector<evidence::Account>& accounts)
    : own_networks_(config.own_networks), config_(config) {
  for (const auto& account : accounts) names_by_uid_.emplace(std::to_string(account.uid), account.name);
}

std::string MailBook::user_name(std::string_view uid) const {
  const auto at = names_by_uid_.find(std::string(uid.substr(0, 32)));
  return at == names_by_uid_.end() ? std::string(uid.substr(0, 64)) : at->second;
}

void MailBook::on_event(const Scene& scene, const Event& event) {
  ++events_;
  if (!first_ || event.time < *first_) first_ = event.time;
  switch (event.kind) {
    case EventKind::kMailAccepted:
      return accepted(scene, event);
    case EventKind::kMailQueued:
      return queued(event);
    case EventKind::kMailDelivered:
      return delivered(scene, event);
    case EventKind::kMailDone:
      return done(event);
    case EventKind::kMailRejected:
      return refused(scene, event);
    case EventKind::kMailScript:
      return by_script(scene, event);
    default:
      return;
  }
}

/// A message has its id for itself in its second; syslog and mail.log may both tell it.
bool MailBook::is_told_already(const Event& event) {
  const auto second = static_cast<std::uint64_t>(to_us(event.time) / 1'000'000);
  const auto hash = std::hash<std::string_view>()(event.field(FieldName::kQueueId));
  const auto key = hash ^ (second * 0x9E3779B97F4A7C15ULL);
  if (told_.contains(key)) return true;
  if (told_.size() < kMostTold) {
    told_.insert(key);
  } else {
    overflowed_ = true;
  }
  return false;
}

MailDay* MailBook::day_of(std::map<std::string, MailActor>& actors, std::string_view name, const Scene& scene,
                          const Event& event) {
  const auto key = lower(name);
  if (key.empty()) return nullptr;
  auto at = actors.find(key);
  if (at == actors.end()) {
    if (actors.size() >= kMostActors) {
      overflowed_ = true;
      return nullptr;
    }
    at = actors.emplace(key, MailActor{std::string(name.substr(0, 256)), {}}).first;
  }
  auto& days = at->second.days;
  const auto number = day_number(event.time);
  if (!days.contains(number) && days_++ >= kMostDays) {
    overflowed_ = true;
    return nullptr;
  }
  auto& day = days[number];
  if (day.messages == 0) day.first = event.time;
  day.last = std::max(day.last, event.time);
  ++day.messages;
  if (!event.address.empty()) note_origin(at->second, number, day, scene, event);
  if (!day.strange_since && day.evidence.size() < kEvidence)
    day.evidence.push_back(evidence_of(event, scene));
  return &day;
}

/// A network that none of the sender's earlier days knows says more than the owner's own.
void MailBook::note_origin(const MailActor& actor, std::int64_t number, MailDay& day, const Scene& scene,
                           const Event& event) {
  if (day.address.empty()) day.address = name_of(event.address);
  const auto network = network_of(event.address);
  if (day.networks.size() >= kMostNames || !day.networks.insert(network).second) return;
  const auto today = actor.days.find(number);
  const bool known =
      today == actor.days.begin() || std::any_of(actor.days.begin(), today, [&](const auto& earlier) {
        return earlier.second.networks.contains(network);
      });
  if (known) return;
  if (!day.strange_since) {
    day.strange_since = event.time;
    day.address = name_of(event.address);
    day.evidence.clear();
  }
  ++day.strange;
  if (day.evidence.size() < kEvidence) day.evidence.push_back(evidence_of(event, scene));
}

void MailBook::accepted(const Scene& scene, const Event& event) {
  if (is_told_already(event)) {
    // Another log tells it again: what is said of its end from now on was said before.
    const auto told = in_flight_.find(std::string(event.field(FieldName::kQueueId)));
    if (told != in_flight_.end() && told->second.done) in_flight_.erase(told);
    return;
  }
  Message message;
  message.sender = lower(event.field(FieldName::kSender));
  const auto uid = event.field(FieldName::kUid);
  if (!event.account.empty()) {
    message.day = day_of(accounts_, event.account, scene, event);
  } else if (!uid.empty()) {
    message.day = day_of(users_, user_name(uid), scene, event);
  } else if (!is_private_address(event.address) && !own_networks_.contains(event.address)) {
    message.stranger = std::string(event.address);
  }
  const auto count = event.field(FieldName::kRecipientCount);
  if (message.day != nullptr && !count.empty()) {
    message.counted = true;
    message.recipients = number(count);
    message.day->recipients += message.recipients;
  } else if (message.day != nullptr && event.program == "exim") {
    // It tells recipients by their deliveries alone: a message that waits in the queue has one at least.
    message.assumed = true;
    ++message.day->recipients;
  }
  if (message.day != nullptr) note(message.day->senders, message.sender);
  if (message.day == nullptr && message.stranger.empty()) return;
  if (in_flight_.size() >= kMostInFlight) {
    in_flight_.clear();  // nothing was told of their end: their deliveries are not counted
    done_.clear();
    overflowed_ = true;
  }
  std::string id(event.field(FieldName::kQueueId));
  const auto early = early_.find(id);
  if (early != early_.end()) {
    if (event.time <= early->second.time + kLate)
      tell_size(message, early->second.recipients, early->second.sender);
    early_.erase(early);
  }
  in_flight_[std::move(id)] = std::move(message);
}

void MailBook::queued(const Event& event) {
  std::string id(event.field(FieldName::kQueueId));
  const auto recipients = number(event.field(FieldName::kRecipientCount));
  const auto sender = event.field(FieldName::kSender);
  const auto at = in_flight_.find(id);
  if (at != in_flight_.end()) return tell_size(at->second, recipients, sender);
  if (early_.size() >= kMostEarly) early_.clear();
  early_.insert_or_assign(std::move(id), Early{recipients, lower(sender), event.time});
}

void MailBook::tell_size(Message& message, std::uint64_t recipients, std::string_view sender) {
  if (message.counted) return;  // each try of a stuck message says it again
  message.counted = true;
  take_back_assumed(message);
  message.recipients = recipients;
  message.sender = lower(sender);
  for (auto* day : {message.day, message.script}) {
    if (day == nullptr) continue;
    day->recipients += recipients - std::min(recipients, message.seen_first);
    note(day->senders, sender);
  }
}

void MailBook::take_back_assumed(Message& message) {
  if (message.assumed && message.day != nullptr) --message.day->recipients;
  message.assumed = false;
}

/// A delivery's line may come a moment after the one that says the message is gone.
void MailBook::done(const Event& event) {
  std::string id(event.field(FieldName::kQueueId));
  early_.erase(id);
  const auto at = in_flight_.find(id);
  if (at != in_flight_.end() && !at->second.done) {
    at->second.done = event.time;
    done_.emplace_back(event.time, std::move(id));
  }
  while (!done_.empty() && done_.front().first + kLate < event.time) {
    const auto gone = in_flight_.find(done_.front().second);
    if (gone != in_flight_.end() && gone->second.done == done_.front().first) in_flight_.erase(gone);
    done_.pop_front();
  }
}

bool MailBook::is_own(std::string_view recipient) const {
  const auto domain = lower(domain_of(recipient));
  return domain.empty() || config_.own_domains.contains(domain);
}

void MailBook::delivered(const Scene& scene, const Event& event) {
  const auto at = in_flight_.find(std::string(event.field(FieldName::kQueueId)));
  if (at == in_flight_.end()) return;
  auto& message = at->second;
  const auto status = event.field(FieldName::kStatus);
  const auto recipient = event.field(FieldName::kRecipient);
  const bool final = status == "sent" || status == "bounced";
  const bool uncounted = final && !message.counted;
  if (uncounted) {
    ++message.seen_first;
    take_back_assumed(message);
  }
  for (auto* day : {message.day, message.script}) {
    if (day == nullptr) continue;
    if (status == "bounced") ++day->bounced;
    if (uncounted) ++day->recipients;
  }
  // Forwarding from an address of its own is no relaying.
  if (message.stranger.empty() || !final || !event.field(FieldName::kForwardOf).empty() || is_own(recipient))
    return;
  if (relayed_.recipients++ == 0 || event.time < relayed_.first) {
    relayed_.first = event.time;
    relayed_.address = message.stranger;
  }
  relayed_.last = std::max(relayed_.last, event.time);
  note(relayed_.domains, domain_of(recipient));
  if (relayed_by_.size() < kMostStrangers || relayed_by_.contains(message.stranger))
    ++relayed_by_[message.stranger];
  if (relayed_.evidence.size() < kEvidence) relayed_.evidence.push_back(evidence_of(event, scene));
}

void MailBook::by_script(const Scene& scene, const Event& event) {
  const auto id = event.field(FieldName::kQueueId);
  const auto script = event.field(FieldName::kScript);
  if (id.empty()) {
    if (script.starts_with("/var/spool/") || script == "/" || script == "/root") return;
    auto* day = day_of(scripts_, script, scene, event);
    const auto to = event.field(FieldName::kRecipient);
    if (day != nullptr)
      day->recipients += 1 + static_cast<std::uint64_t>(std::count(to.begin(), to.end(), ','));
    return;
  }
  const auto at = in_flight_.find(std::string(id));
  if (at == in_flight_.end() || at->second.script != nullptr) return;
  auto& message = at->second;
  message.script = day_of(scripts_, script, scene, event);
  if (message.script == nullptr || !message.counted) return;
  note(message.script->senders, message.sender);
  message.script->recipients += message.recipients - std::min(message.recipients, message.seen_first);
}

void MailBook::refused(const Scene& scene, const Event& event) {
  const auto reason = lower(event.field(FieldName::kAction));
  if (reason.find("relay") == reason.npos) return;
  ++refused_;
  if (refused_evidence_.size() < kEvidence) refused_evidence_.push_back(evidence_of(event, scene));
}

std::optional<MailSpike> MailBook::spike_of(const MailActor& actor, const MailThresholds& thresholds) const {
  std::optional<MailSpike> spike;
  std::uint64_t usual = 0;
  std::size_t usual_networks = 0, usual_days = 0, familiar_days = 0;
  std::set<std::string> known, senders, networks;
  for (const auto& [number, day] : actor.days) {
    const bool much = day.recipients >= thresholds.recipients && day.recipients >= thresholds.factor * usual;
    if (!much) {
      usual = std::max(usual, day.recipients);
      usual_networks = std::max(usual_networks, day.networks.size());
      const bool familiar = std::all_of(day.networks.begin(), day.networks.end(),
                                        [&](const auto& n) { return known.contains(n); });
      usual_days += day.networks.empty() ? 0 : 1;
      familiar_days += familiar && !day.networks.empty() ? 1 : 0;
      known.insert(day.networks.begin(), day.networks.end());
      continue;
    }
    if (!spike) {
      spike.emplace();
      spike->usual = usual;
      spike->from = day.strange_since.value_or(day.first);
      spike->past_known = first_ && day_number(*first_) < number;
      spike->evidence = day.evidence;
    }
    spike->to = std::max(spike->to, day.last);
    spike->recipients += day.recipients;
    spike->messages += day.messages;
    spike->bounced += day.bounced;
    senders.insert(day.senders.begin(), day.senders.end());
    networks.insert(day.networks.begin(), day.networks.end());
    if (spike->address.empty()) spike->address = day.address;
    spike->many_networks =
        spike->many_networks || (day.networks.size() >= thresholds.networks &&
                                 day.networks.size() >= 3 * std::max<std::size_t>(usual_networks, 1));
  }
  if (!spike) return spike;
  spike->networks = networks.size();
  spike->senders = senders.size();
  // Whose line gets a new address every day is never known.
  const bool settled = familiar_days > 0 && 2 * familiar_days >= usual_days;
  spike->new_networks = settled && std::none_of(networks.begin(), networks.end(),
                                                [&](const auto& n) { return known.contains(n); });
  spike->many_senders = senders.size() >= thresholds.senders;
  spike->many_bounces = spike->bounced * 100 >= spike->recipients * thresholds.bounced_percent;
  return spike;
}

}  // namespace rescue::detect
