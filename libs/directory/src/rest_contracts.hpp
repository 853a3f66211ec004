#pragma once

#include <condition_variable>
#include <deque>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "answer_cache.hpp"
#include "directory_call.hpp"
#include "rescue/directory/contracts.hpp"

namespace rescue::directory {

/// The provider's system as a directory of contracts. A look-up is answered at once from the cache; else it
/// is asked for by one of a few threads of its own, once for all that wait for the same, and answered within
/// `wait` whatever the network does: with what came, with an answer that is not too old, or with
/// kUnavailable. After a failure nobody is kept waiting for a second. Thread-safe.
class RestContracts final : public catalog::Contracts {
 public:
  struct Surroundings {
    const Clock& clock;
    const log::Logger& log;
    telemetry::Metrics& metrics;
  };
  RestContracts(const ContractsConfig& config, Surroundings surroundings);
  /// Answers all who still wait.
  ~RestContracts() override;
  RestContracts(const RestContracts&) = delete;
  RestContracts& operator=(const RestContracts&) = delete;

  void find(const catalog::ServerKey& key, Timestamp at, Found found) override;
  /// What is wrong with the directory, as far as is known.
  std::optional<std::string> trouble() const;
  /// Asks whether it answers, when it is not known to or was not asked for long: for a timer.
  void look_after();

 private:
  using Instant = std::chrono::steady_clock::time_point;
  /// A question on its way, and who waits for its answer.
  struct Flight {
    Timestamp at;
    Instant deadline;
    bool given_up = false;  ///< its waiters were answered otherwise; the call still hangs
    std::vector<Found> waiters;
  };
  /// An answer for those who wait, given when the lock is no longer held.
  struct Given {
    std::vector<Found> waiters;
    Answer answer;
  };

  void ask_questions();
  void watch_deadlines();
  Given settle(const Question& question, const Result<Answer>& answer);
  Answer stand_in(const Question& question);
  std::optional<Answer> answer_now(const Question& question);
  Flight& depart(const Question& question, Timestamp at);
  void note(const Question& question, const Result<Answer>& answer);
  void count(const char* outcome);
  static void give(Given given);

  const ContractsConfig config_;
  const Surroundings surroundings_;
  DirectoryCall call_;
  mutable std::mutex mutex_;
  std::condition_variable asked_, departed_;
  AnswerCache cache_;
  std::map<Question, Flight> flights_;
  std::deque<Question> questions_;  ///< of the flights, those that no thread has taken yet
  std::optional<std::string> trouble_ = "it has not been asked yet";
  bool doubtful_ = false;  ///< an answer about some server was none
  std::chrono::microseconds last_call_{0};
  std::chrono::microseconds rests_until_{0};  ///< nobody is kept waiting before
  bool stopped_ = false;
  std::vector<std::thread> threads_;
};

}  // namespace rescue::directory
