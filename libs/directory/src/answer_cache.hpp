#pragma once

#include <chrono>
#include <list>
#include <map>
#include <optional>

#include "directory_answer.hpp"
#include "rescue/directory/contracts.hpp"

namespace rescue::directory {

/// A question: contracts begin and end with days, so an answer holds for the whole day that was asked about.
struct Question {
  catalog::ServerKey key;
  std::chrono::sys_days day;
  auto operator<=>(const Question&) const = default;
};

/// The answers that were given, the last used kept longest. Ages are of the time that only passes. Not
/// thread-safe.
class AnswerCache {
 public:
  explicit AnswerCache(const ContractsConfig& config) : config_(config) {}

  void put(const Question& question, const Answer& answer, std::chrono::microseconds now);
  /// One that need not be asked for again.
  std::optional<Answer> fresh(const Question& question, std::chrono::microseconds now);
  /// One "under contract" that may stand in while nobody answers: a refusal is never repeated on old grounds.
  std::optional<Answer> stale(const Question& question, std::chrono::microseconds now);
  std::size_t size() const { return by_question_.size(); }

 private:
  struct Entry {
    Question question;
    Answer answer;
    std::chrono::microseconds given;
  };
  const Entry* find(const Question& question);

  const ContractsConfig config_;
  std::list<Entry> by_use_;  ///< the last used first
  std::map<Question, std::list<Entry>::iterator> by_question_;
};

}  // namespace rescue::directory
