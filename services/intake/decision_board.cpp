#include "decision_board.hpp"

namespace rescue::intake {

DecisionBoard::Seat::~Seat() {
  if (!slot_) return;  // moved from
  const std::lock_guard lock(board_->mutex_);
  board_->slots_.erase(request_id_);
}

std::optional<Decision> DecisionBoard::Seat::wait(std::chrono::milliseconds timeout) {
  std::unique_lock lock(board_->mutex_);
  const bool came = slot_->decided.wait_for(lock, timeout, [this] { return slot_->decision.has_value(); });
  if (!came) board_->stalled_ = true;
  return slot_->decision;
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
