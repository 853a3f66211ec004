#include "decision_board.hpp"

#include <algorithm>

namespace rescue::intake {
namespace {

using std::chrono::steady_clock;
constexpr std::chrono::milliseconds kLookEvery{50};

}  // namespace

DecisionBoard::Seat::~Seat() {
  if (!slot_) return;  // moved from
  const std::lock_guard lock(board_->mutex_);
  board_->slots_.erase(request_id_);
}

std::optional<Decision> DecisionBoard::Seat::wait(std::chrono::milliseconds timeout, const Look& look) {
  const auto deadline = steady_clock::now() + timeout;
  std::unique_lock lock(board_->mutex_);
  auto& decision = slot_->decision;
  while (!decision && steady_clock::now() < deadline) {
    const auto until = look ? std::min(deadline, steady_clock::now() + kLookEvery) : deadline;
    if (slot_->decided.wait_until(lock, until, [&] { return decision.has_value(); }) || !look) continue;
    lock.unlock();
    auto seen = look();
    lock.lock();
    if (!decision) decision = std::move(seen);
  }
  board_->stalled_ = !decision;
  return decision;
}

std::optional<DecisionBoard::Seat> DecisionBoard::enter(const std::string& request_id) {
  const std::lock_guard lock(mutex_);
  if (stalled_ || slots_.size() >= waiters_max_) return std::nullopt;
  auto slot = std::make_shared<Slot>();
  slots_[request_id] = slot;
  return std::optional<Seat>(std::in_place, *this, request_id, std::move(slot));
}

void DecisionBoard::decide(const std::string& request_id, Decision decision) {
  const std::lock_guard lock(mutex_);
  stalled_ = false;
  const auto it = slots_.find(request_id);
  if (it == slots_.end()) return;
  it->second->decision = std::move(decision);
  it->second->decided.notify_all();
}

}  // namespace rescue::intake
