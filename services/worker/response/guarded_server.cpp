#include "guarded_server.hpp"

namespace rescue::worker {
Result<GuardedServer> GuardedServer::take(const JobContext& context, ResponderLink& link, fence::Keys keys,
                                          const std::string& worker, Timestamp now) {
  auto place = std::make_unique<RemotePlace>(link);
  const Attempt& attempt = context.attempt;
  RESCUE_ASSIGN(auto guard,
                fence::Guard::take(*place, std::move(keys), {attempt.job_id, attempt.attempt, worker}, now,
                                   attempt.take_over ? fence::TakeOver::kYes : fence::TakeOver::kNo));
  return GuardedServer(context, link, std::move(place), std::move(guard));
}

Result<Json> GuardedServer::change(std::string_view op, Json body) {
  context_->on_tick();
  if (context_->stop.reason() != StopSignal::Reason::kNone)
    return told_to_end(context_->stop, "between two changes");
  Json result;
  RESCUE_TRY(guard_.check_then([&]() -> Status {
    begun_ = true;
    body["lock_sha256"] = place_->record_sha256();
    RESCUE_ASSIGN(result, link_->ask(op, std::move(body)));
    return {};
  }));
  return result;
}

}  // namespace rescue::worker
