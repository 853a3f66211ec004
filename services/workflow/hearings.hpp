#pragma once

#include <optional>
#include <string>
#include <vector>

#include "config.hpp"
#include "incidents.hpp"

namespace rescue::workflow {

/// What the customer is asked while the work runs, in rounds: what goes with the order, then what an operator
/// asks more. R14: an investigation ends only with answers or a logged non-reply.
struct Hearing {
  std::string state;    ///< open, answered, no_reply
  std::string version;  ///< of the questions' texts
  std::int64_t round = 1;
  Json questions = Json::array();    ///< of all rounds: {id, ja, en, round, known, …}
  Json answers = Json::object();     ///< the latest to each question
  Json submissions = Json::array();  ///< as they came: {request_id, round, customer, person, …, sha256}
  std::int64_t asked_us = 0, round_us = 0, deadline_us = 0, reminded_us = 0, closed_us = 0;

  /// Questions of the present round without an answer.
  std::vector<std::string> unanswered() const;
  /// Whether nothing at all was answered in this round.
  bool silent() const;
};

/// One part of the answers, as the customer sent it.
struct HearingPart {
  std::string request_id;
  Json actor;
  std::int64_t submitted_us = 0;
  Json answers;
  bool complete = true;  ///< false: more will follow, the hearing stays open
};

/// The hearings table. Answers are evidence: each part is kept as it came, named by its SHA-256.
class Hearings {
 public:
  Hearings(service::Service& service, const Config& config);
  /// The questions that go with an order. False when all of them were asked before.
  Result<bool> open(store::Tx& tx, const Incident& incident, const std::string& work_item);
  /// More questions, {ja, en, …}: another round, open until `deadline` from now.
  Result<Hearing> ask_more(store::Tx& tx, const std::string& incident_id, Json questions,
                           std::chrono::seconds deadline);
  Result<std::optional<Hearing>> load(store::Tx& tx, const std::string& incident_id) const;
  /// kConflict "hearing-closed"; kInvalid names a question that was not asked or an answer that is no text.
  /// The hearing as it is then, and the part's SHA-256.
  Result<std::pair<Hearing, std::string>> answer(store::Tx& tx, const std::string& incident_id,
                                                 const HearingPart& part);
  /// Open ones whose deadline has passed.
  Result<std::vector<std::string>> overdue(store::Tx& tx) const;
  /// Open ones whose customer is to be reminded now: `hearing.reminder_s` before the deadline, though not in
  /// the first half of the time.
  Result<std::vector<std::string>> to_remind(store::Tx& tx) const;
  Status mark_reminded(store::Tx& tx, const std::string& incident_id);
  /// The hearing as its deadline leaves it: answered in part, or not at all.
  Result<Hearing> close_at_deadline(store::Tx& tx, const std::string& incident_id);

 private:
  Result<Hearing> must_load(store::Tx& tx, const std::string& incident_id) const;
  Result<Hearing> next_round(store::Tx& tx, const std::string& incident_id, Hearing hearing, Json questions,
                             std::chrono::seconds deadline);
  service::Service* service_;
  const Config* config_;
  Json data_;
};

Json to_json(const Hearing& hearing);

}  // namespace rescue::workflow
