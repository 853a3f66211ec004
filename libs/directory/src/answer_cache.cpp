#include "answer_cache.hpp"

namespace rescue::directory {

void AnswerCache::put(const Question& question, const Answer& answer, std::chrono::microseconds now) {
  if (const auto it = by_question_.find(question); it != by_question_.end()) {
    by_use_.erase(it->second);
    by_question_.erase(it);
  }
  by_use_.push_front({question, answer, now});
  by_question_[question] = by_use_.begin();
  while (by_use_.size() > config_.cache_max) {
    by_question_.erase(by_use_.back().question);
    by_use_.pop_back();
  }
}

const AnswerCache::Entry* AnswerCache::find(const Question& question) {
  const auto it = by_question_.find(question);
  if (it == by_question_.end()) return nullptr;
  by_use_.splice(by_use_.begin(), by_use_, it->second);
  return &*it->second;
}

std::optional<Answer> AnswerCache::fresh(const Question& question, std::chrono::microseconds now) {
  const auto* entry = find(question);
  if (entry == nullptr) return std::nullopt;
  const auto good_for = entry->answer ? config_.fresh : config_.unknown_fresh;
  if (now - entry->given >= good_for) return std::nullopt;
  return entry->answer;
}

std::optional<Answer> AnswerCache::stale(const Question& question, std::chrono::microseconds now) {
  const auto* entry = find(question);
  if (entry == nullptr || !entry->answer || now - entry->given >= config_.stale) return std::nullopt;
  return entry->answer;
}

}  // namespace rescue::directory
