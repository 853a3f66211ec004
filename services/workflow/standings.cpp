#include "standings.hpp"

namespace rescue::workflow {
namespace {

/// An answer that nobody came for is worth nothing after that.
constexpr std::chrono::seconds kKept{30};

Standing standing_of(const Result<catalog::ServerContract>& found, const std::string& customer) {
  if (found && found->customer == customer) {
    return {.word = Standing::Word::kTheirs, .addresses = found->addresses};
  }
  if (found) return {.word = Standing::Word::kOver, .why = "the server is another customer's now"};
  const bool refused =
      found.error().code == ErrorCode::kInvalid || found.error().code == ErrorCode::kNotFound;
  return {.word = refused ? Standing::Word::kOver : Standing::Word::kNobodySays, .why = found.error().detail};
}

}  // namespace

/// The answer that lies there. `waits`: the question is on its way already.
std::optional<Result<catalog::ServerContract>> Standings::take(const std::string& server_id, bool& waits) {
  const std::lock_guard lock(board_->mutex);
  const auto now = clock_->passed();
  std::erase_if(board_->by_server,
                [&](const auto& one) { return one.second.answer && now - one.second.answered >= kKept; });
  const auto found = board_->by_server.find(server_id);
  waits = found != board_->by_server.end() && !found->second.answer;
  if (found == board_->by_server.end()) {
    board_->by_server.try_emplace(server_id);
    return std::nullopt;
  }
  if (waits) return std::nullopt;
  auto answer = std::move(found->second.answer);
  board_->by_server.erase(found);
  return answer;
}

std::optional<Standing> Standings::of(const std::string& server_id, const std::string& customer) {
  bool waits = false;
  auto answer = take(server_id, waits);
  if (!answer && !waits) {
    contracts_->find(catalog::ServerKey::id(server_id), clock_->now(),
                     [board = board_, server_id, clock = clock_](Result<catalog::ServerContract> found) {
                       const std::lock_guard lock(board->mutex);
                       board->by_server[server_id] = {std::move(found), clock->passed()};
                     });
    answer = take(server_id, waits);
  }
  if (!answer) return std::nullopt;
  return standing_of(*answer, customer);
}

}  // namespace rescue::workflow
