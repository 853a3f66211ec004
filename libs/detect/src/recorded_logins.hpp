#pragma once

#include <deque>
#include <string>
#include <vector>

#include "guess_book.hpp"
#include "rescue/detect/case_file.hpp"

namespace rescue::detect {

/// A log-in over the network that wtmp or lastlog has, after refused ones that btmp has.
struct RecordedLogin {
  Timestamp time{};
  std::string account, address;
  EvidenceRef evidence;
  GuessJudgement judgement;
};

/// Guessing as the records of log-ins tell it: they are other files than the logs, and are forgotten by those
/// who clean up. Bounded: the newest records count.
class RecordedLogins {
 public:
  explicit RecordedLogins(const GuessThresholds& thresholds) : book_(thresholds) {}

  /// A record of btmp or wtmp, in any order.
  void on_event(const Scene& scene, const evidence::Event& event);
  /// Those that were guessed by what the records say, each account and address once. Call once, at the end.
  std::vector<RecordedLogin> guessed(const Scene& scene);
  /// What btmp has of this address, once guessed() was called; null where it has nothing.
  const Tries* tries_of(const std::string& address) const;

 private:
  struct Record {
    Timestamp time{};
    std::string account, address;
    std::uint32_t file = 0;
    std::uint64_t position = 0;
    bool last_login = false;  ///< of lastlog; `position` is its place in the list
  };
  void failed(const Record& record, const Scene& scene);
  void accepted(const Record& record, const Scene& scene);
  std::vector<Record> logins_in_order(const Scene& scene) const;

  GuessBook book_;
  std::deque<Record> failures_, logins_;
  std::vector<RecordedLogin> guessed_;
};

}  // namespace rescue::detect
