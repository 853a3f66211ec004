#pragma once

#include <map>
#include <set>
#include <stdexcept>
#include <string>
#include <tuple>

#include "house.hpp"
#include "rescue/incident/state_machine.hpp"
#include "rescue/store/audit.hpp"

namespace rescue::simulation {

/// A rule does not hold.
struct Broken : std::runtime_error {
  using std::runtime_error::runtime_error;
};

/// Looks into the databases after each step and holds what it finds there against the rules: what is new
/// since the last look, with what it has kept in mind of all before. Tables and actions it does not know are
/// passed over. Throws Broken.
class Watch {
 public:
  explicit Watch(House& house, std::vector<std::string> consents);

  /// What `which` has committed since the last look.
  void look(Which which);
  /// All of it once more, when everything has come to rest.
  void audit();
  /// The quote as the customer was shown it.
  void shown(const Json& quote);
  std::uint64_t hash() const { return trail_.hash(); }
  std::int64_t rows() const { return rows_; }

 private:
  struct Case {
    incident::State state = incident::State::kReported;
    std::int64_t last_step_us = 0;
    bool confirmed = false, chosen = false, ordered = false, begun = false;
    std::set<std::string> charges;
  };
  struct Quote {
    std::string sha256, held_by;
    std::int64_t total_yen = 0;
  };
  struct Chain {
    std::int64_t number = 0, at_us = 0, inbox_row = 0;
    std::string hash = std::string(64, '0');
  };

  void follow_chain(Which which, const store::AuditRow& row);
  void follow_inbox(Which which, store::Tx& tx);
  void follow(Which which, store::Tx& tx, const store::AuditRow& row);
  void on_workflow(store::Tx& tx, const store::AuditRow& row);
  void on_pricing(const store::AuditRow& row);
  void on_intake(store::Tx& tx, const store::AuditRow& row);
  void on_opened(store::Tx& tx, const store::AuditRow& row);
  void on_follow_up(Case& next, const std::string& first);
  void on_transition(store::Tx& tx, const store::AuditRow& row);
  void on_order_accepted(store::Tx& tx, const store::AuditRow& row);
  void on_work_finished(store::Tx& tx, const store::AuditRow& row);
  void on_delivered(store::Tx& tx, const store::AuditRow& row);
  void on_over(store::Tx& tx, const store::AuditRow& row);
  void on_job(const store::AuditRow& row);
  void on_charge(const store::AuditRow& row);
  void audit_messages();
  void audit_charges();
  [[noreturn]] static void broken(const std::string& rule, const store::AuditRow& row);

  House& house_;
  std::vector<std::string> consents_;
  std::array<Chain, kServices> chains_;
  std::map<std::string, Case> cases_;
  std::map<std::string, Quote> quotes_, shown_;
  std::map<std::string, std::string> charged_;              ///< order → charge
  std::set<std::string> submitted_, decided_;               ///< customers' requests
  std::map<std::string, std::set<std::string>> consented_;  ///< request of an order → what it accepts
  std::map<std::tuple<Which, std::string, std::string>, std::int64_t> sequences_;
  Trail trail_;
  std::int64_t rows_ = 0;
};

}  // namespace rescue::simulation
