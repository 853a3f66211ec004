#pragma once

#include <functional>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "queue_round.hpp"
#include "rescue/recovery/queue_criteria.hpp"

namespace rescue::recovery {

/// What one reading of the queues said, for a person.
struct ClassCount {
  std::uint64_t messages = 0, recipients = 0, bytes = 0;
  std::string decision;  ///< "purge", "hold", "stay"
  Json sample = Json::array();
};
struct PassReport {
  std::uint64_t read = 0;
  std::uint64_t not_holdable = 0;  ///< abuse in maildrop
  std::map<std::string, ClassCount> classes;
};
Json to_json(const PassReport& report);
/// The table by class, for a person.
std::string text_of(const PassReport& report);

using MailQueues = std::vector<std::unique_ptr<MailQueue>>;

/// Messages of the abuse by name and sender, for the bounces that name them.
class Originals {
 public:
  void add(MailSystem system, const std::string& id, const std::string& sender) {
    keys_.insert(key(system, id, sender));
  }
  bool has(MailSystem system, const std::string& id, const std::string& sender) const {
    return keys_.contains(key(system, id, sender));
  }

 private:
  static std::string key(MailSystem system, const std::string& id, const std::string& sender);
  std::set<std::string> keys_;
};

/// Takes a message that something is to be done about; its fault ends the reading.
using Take = std::function<Status(RoundItem, const QueueMessage&, const std::string& reason,
                                  std::string_view class_name)>;

/// Reads all queues once and judges each message, once by name. `earlier` adds what was purged before, and is
/// asked only where there are bounces.
Result<PassReport> judge_queues(const MailQueues& queues, const QueueCriteria& criteria, RoundKind kind,
                                const std::function<Status(Originals&)>& earlier, evidence::Gaps& gaps,
                                const Take& take);

}  // namespace rescue::recovery
