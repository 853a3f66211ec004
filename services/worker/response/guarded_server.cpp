#include "guarded_server.hpp"

namespace rescue::worker {
namespace {

Status told_to_end(const StopSignal& stop) {
  switch (stop.reason()) {
    case StopSignal::Reason::kNone:
      return {};
    case StopSignal::Reason::kCancelled:
      return fail(ErrorCode::kConflict, "job-cancelled", "the job was cancelled between two changes");
    case StopSignal::Reason::kStopping:
      break;
  }
  return fail(ErrorCode::kUnavailable, "worker-stopping", "the worker was stopped between two changes");
}

}  // namespace

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
  RESCUE_TRY(told_to_end(context_->stop));
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
