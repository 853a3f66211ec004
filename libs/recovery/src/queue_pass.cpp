#include "queue_pass.hpp"

#include "rescue/base/ascii.hpp"

namespace rescue::recovery {
namespace {

constexpr std::size_t kSample = 5;
constexpr std::size_t kMostBounces = 200'000;

Json sample_of(const QueueMessage& message, const std::string& place, const std::string& reason) {
  Json out = {{"id", message.id},
              {"place", place},
              {"recipients", message.recipient_count},
              {"sender", message.origin.sender}};
  const auto add = [&](const char* name, const std::string& value) {
    if (!value.empty()) out[name] = value;
  };
  add("account", message.origin.account);
  add("address", message.origin.address);
  add("script", message.origin.script);
  add("subject", message.subject);
  add("reason", reason);
  return out;
}

/// One reading. Bounces wait until it is known what is abuse.
class Pass {
 public:
  Pass(const QueueCriteria& criteria, RoundKind kind, const Take& take)
      : criteria_(criteria), kind_(kind), take_(take) {}

  Status read(MailQueue& queue, const std::function<Status(Originals&)>& earlier, evidence::Gaps& gaps) {
    std::set<std::string> seen;
    const auto system = queue.system();
    queue.read(gaps, [&](QueueEntry& entry) {
      if (!fault_ || !seen.insert(entry.ref.id).second) return;
      ++report_.read;
      fault_ = judge(system, entry, gaps);
    });
    RESCUE_TRY(fault_);
    if (!bounces_.empty()) RESCUE_TRY(earlier(abuse_));
    for (const auto& bounce : bounces_) RESCUE_TRY(judge_bounce(system, bounce));
    bounces_.clear();
    return {};
  }
  PassReport report() { return std::move(report_); }

 private:
  Status judge(MailSystem system, QueueEntry& entry, evidence::Gaps& gaps) {
    const auto& message = entry.message;
    if (entry.state == QueueEntry::State::kUnreadable) return leave(entry, "unreadable");
    if (entry.state == QueueEntry::State::kUnfinished) return leave(entry, "unfinished");
    const auto reason = criteria_.reason_for(message.origin, message.received);
    if (!reason.empty()) {
      abuse_.add(system, message.id, message.origin.sender);
      return decide(system, entry, "abuse", reason);
    }
    if (!message.original) return leave(entry, is_nameless(message.origin) ? "nameless-login" : "other");
    if (bounces_.size() >= kMostBounces) {
      gaps.push_back({.path = entry.ref.place,
                      .reason = "more bounces than are judged",
                      .prevents = std::string(kQueuePurpose)});
      return leave(entry, "other");
    }
    bounces_.push_back(std::move(entry));
    return {};
  }

  /// It may be the account's, and nobody can tell.
  bool is_nameless(const MessageOrigin& origin) const {
    return origin.logged_in && origin.account.empty() && criteria_.name_an_account();
  }

  Status judge_bounce(MailSystem system, const QueueEntry& entry) {
    const auto& original = *entry.message.original;
    if (abuse_.has(system, original.id, original.origin.sender))
      return decide(system, entry, "bounce-of-abuse", "a bounce of " + original.id + ", which is abuse");
    const auto reason = criteria_.reason_for(original.origin, entry.message.received);
    if (reason.empty()) return leave(entry, "other");
    return decide(system, entry, "bounce-unsure", "a bounce of a message that is not here: " + reason);
  }

  Status decide(MailSystem system, const QueueEntry& entry, const std::string& name,
                const std::string& reason) {
    const bool purge = kind_ == RoundKind::kPurge && name != "bounce-unsure";
    count(entry, name, purge ? "purge" : "hold", reason);
    if (!purge && entry.held) return {};
    if (!purge && system == MailSystem::kPostfix && entry.ref.place.starts_with("maildrop")) {
      ++report_.not_holdable;
      return {};
    }
    RoundItem item{.system = system,
                   .ref = entry.ref,
                   .bytes = entry.bytes,
                   .decision = purge ? Decision::kPurge : Decision::kHold,
                   .was_held = entry.held,
                   .sender = entry.message.origin.sender};
    return take_(std::move(item), entry.message, reason, name);
  }

  Status leave(const QueueEntry& entry, const std::string& name) {
    count(entry, name, "stay", "");
    return {};
  }

  void count(const QueueEntry& entry, const std::string& name, const char* decision,
             const std::string& reason) {
    auto& counted = report_.classes[name];
    counted.decision = decision;
    ++counted.messages;
    counted.recipients += entry.message.recipient_count;
    counted.bytes += entry.bytes;
    if (counted.sample.size() < kSample)
      counted.sample.push_back(sample_of(entry.message, entry.ref.place, reason));
  }

  const QueueCriteria& criteria_;
  RoundKind kind_;
  const Take& take_;
  PassReport report_;
  Originals abuse_;
  std::vector<QueueEntry> bounces_;
  Status fault_;
};

}  // namespace

std::string Originals::key(MailSystem system, const std::string& id, const std::string& sender) {
  return std::string(to_string(system)) + ' ' + id + ' ' + lower_ascii(sender);
}

Json to_json(const PassReport& report) {
  Json classes = Json::object();
  for (const auto& [name, count] : report.classes)
    classes[name] = {{"messages", count.messages},
                     {"recipients", count.recipients},
                     {"bytes", count.bytes},
                     {"decision", count.decision},
                     {"sample", count.sample}};
  return {{"read", report.read}, {"not_holdable", report.not_holdable}, {"classes", std::move(classes)}};
}

Result<PassReport> judge_queues(const MailQueues& queues, const QueueCriteria& criteria, RoundKind kind,
                                const std::function<Status(Originals&)>& earlier, evidence::Gaps& gaps,
                                const Take& take) {
  Pass pass(criteria, kind, take);
  for (const auto& queue : queues) RESCUE_TRY(pass.read(*queue, earlier, gaps));
  return pass.report();
}

}  // namespace rescue::recovery
